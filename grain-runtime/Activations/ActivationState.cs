namespace Bourse.GrainRuntime.Activations;

/// <summary>Where an activation is in its life. It only ever goes down this list.</summary>
internal enum ActivationState
{
    /// <summary>Made; its grain object comes with the first request.</summary>
    New,

    /// <summary>OnActivateAsync is under way; requests wait.</summary>
    Coming,

    /// <summary>Requests are carried out.</summary>
    Valid,

    /// <summary>OnDeactivateAsync is under way; requests wait for the next activation.</summary>
    Going,

    /// <summary>Requests are refused: they are the next activation's.</summary>
    Gone,
}

/// <summary>What a reference remembers of where its last call went: when the activation goes it leaves this behind, and nothing else.</summary>
internal sealed class ActivationHint(Activation activation)
{
    /// <summary>Null once it has gone. Written by the activation, read by any thread.</summary>
    public volatile Activation? Activation = activation;
}

/// <summary>Where activations are found, and where they leave from.</summary>
internal interface IActivationHome
{
    /// <summary>Takes the activation out, and hands requests that it has not begun to the next one, before any later request.</summary>
    void Retire(Activation activation);

    /// <summary>Takes the activation out.</summary>
    void Remove(Activation activation);
}
