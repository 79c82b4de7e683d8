using System.Reflection;
using Orleans;
using Orleans.Placement;

namespace Bourse.Tests.Unit.GrainRuntime;

public sealed class PlacementTests
{
    /// <summary>Orleans' own choice follows resource use, and piles grains on one silo just after a start.</summary>
    [Fact]
    public void Every_grain_says_where_it_comes_to_life()
    {
        var grains = Assembly.Load("Bourse.Grains").GetTypes().Where(type => !type.IsAbstract && typeof(Grain).IsAssignableFrom(type)).ToList();

        grains.ShouldNotBeEmpty();
        grains.Where(grain => grain.GetCustomAttribute<PlacementAttribute>() is null).ShouldBeEmpty();
    }
}
