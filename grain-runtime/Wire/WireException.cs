namespace Bourse.GrainRuntime.Wire;

/// <summary>Bytes that no peer of ours wrote: the connection that they came on is closed.</summary>
internal sealed class WireException(string message, Exception? cause = null) : Exception(message, cause);
