namespace Bourse.Domain.Serialization;

/// <summary>Bytes that no writer of ours made: cut short, or a value out of its bounds. Nothing past the end was read.</summary>
public sealed class WireFormatException(string message) : Exception(message);
