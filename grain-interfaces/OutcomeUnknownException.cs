namespace Bourse.GrainInterfaces;

/// <summary>
/// A grain could not say that what was asked is durable, or takes nothing now. The caller may repeat the same request: every command
/// that changes something is idempotent. Front ends answer 503.
/// </summary>
[GenerateSerializer, Alias("bourse.outcome-unknown")]
public class OutcomeUnknownException(string message, Exception? inner = null) : Exception(message, inner);
