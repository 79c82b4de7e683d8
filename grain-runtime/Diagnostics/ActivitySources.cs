namespace Orleans.Diagnostics;

/// <summary>Names of the engine's activity sources, to listen to.</summary>
public static class ActivitySources
{
    /// <summary>Calls between the application's grains.</summary>
    public const string ApplicationGrainActivitySourceName = "Microsoft.Orleans.Application";

    /// <summary>Everything of the engine.</summary>
    public const string AllActivitySourceName = "Microsoft.Orleans.*";
}
