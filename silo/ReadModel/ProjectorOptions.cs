namespace Bourse.Silo.ReadModel;

/// <summary>How the projector paces itself. The defaults keep the read model well under a second behind while the machine has processors to spare.</summary>
public sealed record ProjectorOptions
{
    /// <value>How often the journal is looked at when little happens.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <value>How long changes gather under load: the longer, the more of them become one row.</value>
    public TimeSpan BusyInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <value>From how many journal rows a round counts as busy.</value>
    public int BusyRows { get; init; } = 1_000;

    /// <value>The most journal rows in one transaction.</value>
    public int MaxBatchRows { get; init; } = 50_000;

    /// <value>
    /// How long an order without its book's answer, or a fill that its account has not taken, may be so before the table tells of it. Below the
    /// age at which the sweeper acts (<see cref="SweeperOptions.Age"/>), with room for a round of both.
    /// </value>
    public TimeSpan UnresolvedMemory { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <value>While the tables are less than this behind, orders go before history where both want the same processors (<see cref="Postgres.Backend"/>).</value>
    public TimeSpan CalmLag { get; init; } = TimeSpan.FromSeconds(0.75);

    /// <value>From this lag on history gets as much as the silo, so that there is a bound to it; in between, a part of that. Above <see cref="CalmLag"/>.</value>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(3);

    /// <value>How often a silo that is not the projector tries to become it.</value>
    public TimeSpan StandbyInterval { get; init; } = TimeSpan.FromSeconds(2);
}
