using System.Text.Json;
using Bourse.ApiHost.Wire;

namespace Bourse.Tests.Api.Wire;

public sealed class UtcTimeTests
{
    [Theory]
    [InlineData(0, "2026-01-02T03:04:05Z"), InlineData(1, "2026-01-02T03:04:05.0000001Z"), InlineData(5_000_000, "2026-01-02T03:04:05.5Z")]
    [InlineData(1_200_000, "2026-01-02T03:04:05.12Z"), InlineData(9_999_999, "2026-01-02T03:04:05.9999999Z")]
    public void Times_are_written_in_UTC_with_the_digits_that_they_have(long ticks, string expected)
    {
        var time = new DateTimeOffset(2026, 1, 2, 5, 4, 5, TimeSpan.FromHours(2)).AddTicks(ticks);
        JsonSerializer.Serialize(time, WireFormat.Options).ShouldBe($"\"{expected}\"");
        UtcTimeConverter.ToText(time).ShouldBe(expected);
        UtcTimeConverter.TryParse(expected, out var read).ShouldBeTrue();
        read.ShouldBe(time);
    }
}
