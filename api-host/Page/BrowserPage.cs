using Bourse.ApiHost.Problems;
using Microsoft.Extensions.FileProviders;

namespace Bourse.ApiHost.Page;

/// <summary>Serves the browser terminal at <c>/</c>: the files that its build left, and for every other address that is not the API's, its one page.</summary>
public static class BrowserPage
{
    private const string PagePath = "/index.html";
    private const string Folder = "wwwroot";
    private static readonly string[] s_reserved = ["/api", "/hubs", "/health", "/openapi", "/stream", "/assets"];

    /// <summary>To stand after routing: only what no endpoint answers comes here.</summary>
    public static void UseBrowserPage(this WebApplication app)
    {
        if (Find(app.Environment) is not { } folder)
        {
            return;
        }

        var files = new PhysicalFileProvider(folder);
        app.Lifetime.ApplicationStopped.Register(files.Dispose);
        app.Use((context, next) =>
        {
            if (IsForPage(context, files))
            {
                context.Request.Path = PagePath;
            }

            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
                file.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }

    private static bool IsForPage(HttpContext context, IFileProvider files)
    {
        var path = context.Request.Path;
        return context.GetEndpoint() is null
            && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            && !s_reserved.Any(reserved => path.StartsWithSegments(reserved))
            && !files.GetFileInfo(path.Value ?? "/").Exists;
    }

    /// <summary>Beside the program, where a build puts it, or the host's own web root.</summary>
    private static string? Find(IWebHostEnvironment environment) =>
        new[] { Path.Combine(AppContext.BaseDirectory, Folder), environment.WebRootPath }
            .FirstOrDefault(folder => folder is not null && File.Exists(Path.Combine(folder, "index.html")));
}
