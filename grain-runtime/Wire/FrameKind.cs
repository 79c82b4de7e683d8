namespace Bourse.GrainRuntime.Wire;

/// <summary>What a frame is.</summary>
internal enum FrameKind : byte
{
    /// <summary>Nothing but a sign of life.</summary>
    Ping = 1,

    /// <summary>A call of a grain or observer.</summary>
    Call = 2,

    /// <summary>How a call ended.</summary>
    Answer = 3,

    /// <summary>The caller of a call waits no more.</summary>
    Cancel = 4,

    /// <summary>Partitions have moved: read the map again.</summary>
    MapChanged = 5,

    /// <summary>This process subscribes, or no more, to a stream.</summary>
    Interest = 6,

    /// <summary>Events of a stream, for the subscribers in this process.</summary>
    Events = 7,

    /// <summary>Events of a stream, for one grain that lives here.</summary>
    GrainEvents = 8,

    /// <summary>The grain types that a silo knows, for clients without the classes.</summary>
    Manifest = 9,
}

/// <summary>How a call ended.</summary>
internal enum AnswerStatus : byte
{
    /// <summary>With the result that follows.</summary>
    Done = 1,

    /// <summary>With the exception that follows.</summary>
    Failed = 2,

    /// <summary>It was cancelled.</summary>
    Cancelled = 3,

    /// <summary>It was not begun: the grain belongs elsewhere.</summary>
    NotOwner = 4,
}
