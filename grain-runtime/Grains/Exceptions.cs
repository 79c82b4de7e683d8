namespace Orleans.Runtime;

/// <summary>Base of the engine's own failures.</summary>
[GenerateSerializer]
public class OrleansException : Exception
{
    /// <summary>Without words.</summary>
    public OrleansException() : base("Unexpected error.")
    {
    }

    /// <summary>With words.</summary>
    public OrleansException(string message) : base(message)
    {
    }

    /// <summary>With words and a cause.</summary>
    public OrleansException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>A message could not be delivered.</summary>
[GenerateSerializer]
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message) : base(message)
    {
    }

    internal OrleansMessageRejectionException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>The silo that had the request is gone: whether it was carried out is unknown.</summary>
[GenerateSerializer]
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    /// <summary>Without words.</summary>
    public SiloUnavailableException() : base("The silo is not available.")
    {
    }

    /// <summary>With words.</summary>
    public SiloUnavailableException(string msg) : base(msg)
    {
    }

    /// <summary>With words and a cause.</summary>
    public SiloUnavailableException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>A gateway sheds load. The embedded engine has no gateway; it rejects with <see cref="LimitExceededException"/>.</summary>
[GenerateSerializer]
public sealed class GatewayTooBusyException : OrleansException
{
    /// <summary>Without words.</summary>
    public GatewayTooBusyException() : base("Gateway too busy.")
    {
    }

    /// <summary>With words.</summary>
    public GatewayTooBusyException(string message) : base(message)
    {
    }

    /// <summary>With words and a cause.</summary>
    public GatewayTooBusyException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>A bound was reached, such as a grain's mailbox: the request was not carried out.</summary>
[GenerateSerializer]
public sealed class LimitExceededException : OrleansException
{
    /// <summary>Without words.</summary>
    public LimitExceededException() : base("Limit exceeded.")
    {
    }

    /// <summary>With words.</summary>
    public LimitExceededException(string message) : base(message)
    {
    }

    /// <summary>With words and a cause.</summary>
    public LimitExceededException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Which limit, how much there was, and how much may be.</summary>
    public LimitExceededException(string limitName, int current, int threshold, object extraInfo)
        : base($"Limit exceeded {limitName} Current={current} Threshold={threshold} {extraInfo}")
    {
    }
}

/// <summary>The observer that was called is no more.</summary>
[GenerateSerializer]
public sealed class ClientNotAvailableException : OrleansException
{
    internal ClientNotAvailableException(GrainId observer) : base($"The observer {observer} is gone.")
    {
    }

    internal ClientNotAvailableException(string message) : base(message)
    {
    }
}

/// <summary>The host is set up wrongly.</summary>
[GenerateSerializer]
public sealed class OrleansConfigurationException : Exception
{
    /// <summary>With words.</summary>
    public OrleansConfigurationException(string message) : base(message)
    {
    }

    /// <summary>With words and a cause.</summary>
    public OrleansConfigurationException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
