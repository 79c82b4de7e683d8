using Bourse.GrainRuntime.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>A silo of a test cluster.</summary>
public abstract class SiloHandle : IDisposable, IAsyncDisposable
{
    /// <summary>The silo's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The silo's number.</summary>
    public short InstanceNumber { get; set; }

    /// <summary>The silo's address.</summary>
    public SiloAddress SiloAddress { get; set; } = null!;

    /// <summary>Whether the silo serves.</summary>
    public abstract bool IsActive { get; }

    /// <summary>Ends the silo: cleanly, or as a crash does.</summary>
    public abstract Task StopSiloAsync(bool stopGracefully);

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Name} {SiloAddress}";

    /// <summary>Ends the silo.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A silo in this process.</summary>
public class InProcessSiloHandle : SiloHandle
{
    private bool _isActive = true;

    internal InProcessSiloHandle()
    {
    }

    /// <summary>The silo's host.</summary>
    public required IHost SiloHost { get; init; }

    /// <summary>The silo's services.</summary>
    public IServiceProvider ServiceProvider => SiloHost.Services;

    /// <inheritdoc />
    public override bool IsActive => _isActive;

    /// <inheritdoc />
    public override async Task StopSiloAsync(bool stopGracefully)
    {
        if (!_isActive)
        {
            return;
        }

        _isActive = false;
        if (!stopGracefully)
        {
            await ServiceProvider.GetRequiredService<SiloHost>().KillAsync();
        }

        await SiloHost.StopAsync();
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await StopSiloAsync(stopGracefully: true);
        SiloHost.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing) => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
