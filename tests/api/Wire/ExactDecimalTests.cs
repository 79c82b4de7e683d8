using Bourse.ApiHost.Wire;

namespace Bourse.Tests.Api.Wire;

public sealed class ExactDecimalTests
{
    [Theory]
    [InlineData("0", "0"), InlineData("-0.5", "-0.5"), InlineData("178.50", "178.50"), InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    [InlineData("9999999999999999999999999999", "9999999999999999999999999999")]
    public void Plain_decimals_of_28_digits_are_read_exactly(string text, string expected)
    {
        ExactDecimal.TryParse(text, allowExponent: false, out var value).ShouldBeTrue();
        value.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(expected);
    }

    [Theory]
    [InlineData("1e-7", 0.0000001), InlineData("2E3", 2000), InlineData("1.5e+1", 15)]
    public void Short_exponents_are_read_in_numbers_only(string text, double expected)
    {
        ExactDecimal.TryParse(text, allowExponent: true, out var value).ShouldBeTrue();
        value.ShouldBe((decimal)expected);
        ExactDecimal.TryParse(text, allowExponent: false, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(""), InlineData("-"), InlineData("."), InlineData("1."), InlineData(".5"), InlineData("+1"), InlineData(" 1"), InlineData("1 "), InlineData("1,000")]
    [InlineData("NaN"), InlineData("Infinity"), InlineData("-Infinity"), InlineData("0x1"), InlineData("١"), InlineData("1e"), InlineData("e1"), InlineData("1e1e1")]
    [InlineData("1e29"), InlineData("1e-29"), InlineData("1e999999999"), InlineData("1e-999999999"), InlineData("10000000000000000000000000000")]
    [InlineData("0.00000000000000000000000000001"), InlineData("1.0000000000000000000000000001")]
    public void Whatever_is_no_decimal_or_would_be_rounded_is_refused(string text) => ExactDecimal.TryParse(text, allowExponent: true, out _).ShouldBeFalse();

    [Fact]
    public void Prices_are_written_with_the_decimals_of_their_step()
    {
        ExactDecimal.ToText(178.5m, 0.01m).ShouldBe("178.50");
        ExactDecimal.ToText(178.5000m, 0.0100m).ShouldBe("178.50");
        ExactDecimal.ToText(178.123456m, 0.01m).ShouldBe("178.123456");
        ExactDecimal.ToText(178m, 1m).ShouldBe("178");
        ExactDecimal.ToText(100_000.000m).ShouldBe("100000");
        ExactDecimal.ToText(0.000m).ShouldBe("0");
    }

    [Theory]
    [InlineData("0.000", "0"), InlineData("-0.500", "-0.5"), InlineData("100", "100"), InlineData("184467440737095516.150", "184467440737095516.15")]
    [InlineData("1844674407370955161.6000", "1844674407370955161.6"), InlineData("7922816251426433759.3543950330", "7922816251426433759.354395033")]
    public void Needless_zeros_go_whatever_the_number_of_digits(string text, string expected) =>
        ExactDecimal.ToText(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(expected);
}
