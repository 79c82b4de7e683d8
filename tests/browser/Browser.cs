using Microsoft.Playwright;

namespace Bourse.Tests.Browser;

/// <summary>Chromium without a window, the one that the machine has (<c>BOURSE_CHROMIUM</c> names another).</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _chromium;

    private Browser(IPlaywright playwright, IBrowser chromium) => (_playwright, _chromium) = (playwright, chromium);

    public static async Task<Browser> Start()
    {
        Assertions.SetDefaultExpectTimeout(30_000);
        var playwright = await Playwright.CreateAsync();
        // Root may not use Chromium's sandbox; the page that it opens is our own.
        var chromium = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = FindChromium(), Args = ["--no-sandbox"] });
        return new Browser(playwright, chromium);
    }

    /// <summary>A fresh visitor: no cookies, nothing stored.</summary>
    public async Task<Visitor> Visit(string address)
    {
        var context = await _chromium.NewContextAsync(new() { BaseURL = address, ViewportSize = new() { Width = 1440, Height = 900 } });
        context.SetDefaultTimeout(30_000);
        return new Visitor(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        _playwright.Dispose();
    }

    private static string FindChromium()
    {
        if (Environment.GetEnvironmentVariable("BOURSE_CHROMIUM") is { Length: > 0 } given)
        {
            return given;
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("No Chromium in the PATH: install it (apt-get install chromium), or set BOURSE_CHROMIUM.");
    }
}
