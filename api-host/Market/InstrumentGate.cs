namespace Bourse.ApiHost.Market;

/// <summary>
/// Has requests wait until this front end knows the instruments, a moment after its start: the same price is written with the same decimals from the first
/// answer on. One that waits too long gets <c>503</c>.
/// </summary>
public static class InstrumentGate
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(5);
    private static readonly string[] s_paths = ["/api", "/hubs", "/stream"];

    public static void UseInstrumentGate(this WebApplication app)
    {
        var known = app.Services.GetRequiredService<InstrumentCache>().Known;
        app.Use((context, next) => known.IsCompletedSuccessfully || !Array.Exists(s_paths, path => context.Request.Path.StartsWithSegments(path))
            ? next(context)
            : Wait(context, next));

        async Task Wait(HttpContext context, RequestDelegate next)
        {
            await known.WaitAsync(s_most, context.RequestAborted);
            await next(context);
        }
    }
}
