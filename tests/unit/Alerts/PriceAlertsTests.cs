using Bourse.Domain.Alerts;

namespace Bourse.Tests.Unit.Alerts;

public sealed class PriceAlertsTests
{
    private readonly PriceAlerts _alerts = new();

    [Fact]
    public void A_price_reaches_targets_at_it_and_beyond_on_both_sides()
    {
        var (low, high, below) = (Add(AlertCondition.Above, 10m), Add(AlertCondition.Above, 12m), Add(AlertCondition.Below, 9m));

        _alerts.ReachedBy(9.5m).ShouldBeEmpty();
        _alerts.ReachedBy(10m).ShouldBe([low]);
        _alerts.ReachedBy(100m).ShouldBe([low, high], ignoreOrder: true);
        _alerts.ReachedBy(9m).ShouldBe([below]);
        _alerts.ReachedBy(1m).ShouldBe([below]);
    }

    [Fact]
    public void Alerts_of_one_target_are_each_their_own_and_go_when_they_are_removed()
    {
        var (one, two) = (Add(AlertCondition.Above, 10m), Add(AlertCondition.Above, 10m));
        _alerts.Add(one, AlertCondition.Above, 10m);
        _alerts.Count.ShouldBe(2);

        _alerts.Remove(one);
        _alerts.Remove(one);

        _alerts.ReachedBy(10m).ShouldBe([two]);
        _alerts.Clear();
        _alerts.ReachedBy(10m).ShouldBeEmpty();
    }

    private Guid Add(AlertCondition condition, decimal target)
    {
        var id = Guid.NewGuid();
        _alerts.Add(id, condition, target);
        return id;
    }
}
