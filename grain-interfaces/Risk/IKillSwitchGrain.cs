using Bourse.Domain.Risk;
using Orleans.Concurrency;

namespace Bourse.GrainInterfaces.Risk;

/// <summary>
/// The kill switches: the whole platform's, those of accounts and those of symbols. One grain with the key <see cref="Key"/>; silos and front
/// ends keep a copy, and no silo takes new risk on a copy older than a second.
/// </summary>
[Alias("bourse.kill-switch")]
public interface IKillSwitchGrain : IGrainWithStringKey
{
    const string Key = "kill-switch";

    /// <summary>Every switch that was ever set and is still remembered.</summary>
    /// <param name="knownVersion">What the asker has already; at the same version the answer carries no list.</param>
    [Alias("get")]
    Task<SwitchBoard> Get(long knownVersion);

    /// <summary>Lets a silo hear of every change at once, for the next 15 s; what it does not hear it finds when it asks.</summary>
    [Alias("watch")]
    Task Watch(ISwitchWatcher watcher);

    /// <summary>
    /// Sets a switch; durable when answered, in force everywhere within a second. Throws <see cref="ArgumentException"/> when there is no reason or id, or
    /// too many switches are set.
    /// </summary>
    [Alias("set")]
    Task<SwitchView> Set(SetSwitch command);

    /// <summary>
    /// Replaces the restricted list of a user class; an empty one takes it away. Durable when answered, in force everywhere within a second. Throws
    /// <see cref="ArgumentException"/> when there is no reason or class, or the lists are too many or too long.
    /// </summary>
    [Alias("restrict")]
    Task<RestrictedList> Restrict(RestrictSymbols command);
}

/// <summary>A wish to set what a user class may only get out of.</summary>
/// <param name="UserClass">1 to 32 lower-case letters and underscores; <c>all</c> is everybody.</param>
/// <param name="Reason">1 to 500 characters.</param>
/// <param name="By">The user who wishes it.</param>
[GenerateSerializer, Immutable, Alias("bourse.restrict-symbols")]
public sealed record RestrictSymbols(string UserClass, IReadOnlyList<string> Symbols, string Reason, string By);

/// <summary>The symbols in which accounts of a user class may only make positions smaller.</summary>
[GenerateSerializer, Immutable, Alias("bourse.restricted-list")]
public sealed record RestrictedList(string UserClass, IReadOnlyList<string> Symbols, string Reason, string By, DateTimeOffset At);

/// <summary>Hears that the switches are new.</summary>
[Alias("bourse.switch-watcher")]
public interface ISwitchWatcher : IGrainObserver
{
    [OneWay, Alias("changed")]
    Task Changed();
}

/// <summary>What a switch is about.</summary>
public enum SwitchScope : byte
{
    Global = 1,
    Account = 2,
    Symbol = 3,
}

/// <summary>A wish to set a switch.</summary>
/// <param name="Id">The account's id or the symbol; empty for the whole platform.</param>
/// <param name="Reason">1 to 500 characters.</param>
/// <param name="By">The user who wishes it.</param>
/// <param name="CancelOrders">Open orders of the scope are cancelled too.</param>
[GenerateSerializer, Immutable, Alias("bourse.set-switch")]
public sealed record SetSwitch(SwitchScope Scope, string Id, TradingState State, string Reason, string By, bool CancelOrders);

/// <summary>A switch as it stands.</summary>
/// <param name="Version">Counts up by one at each change of any switch.</param>
/// <param name="Canceling">Open orders of the scope are being cancelled.</param>
[GenerateSerializer, Immutable, Alias("bourse.switch-view")]
public sealed record SwitchView(
    SwitchScope Scope, string Id, TradingState State, string Reason, string By, DateTimeOffset At, long Version, bool Canceling);

/// <summary>All switches.</summary>
/// <param name="Switches">Null when the asker has this version already.</param>
/// <param name="Restricted">Likewise.</param>
[GenerateSerializer, Immutable, Alias("bourse.switch-board")]
public sealed record SwitchBoard(long Version, IReadOnlyList<SwitchView>? Switches, IReadOnlyList<RestrictedList>? Restricted = null);
