using System.Text;
using Bourse.ApiHost.Auth;

namespace Bourse.Tests.Api.Auth;

public sealed class TotpTests
{
    private const long StepSeconds = 30;

    /// <summary>The vectors of RFC 6238, appendix B, for SHA-1; its eight digits end in these six.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1_111_111_109, "081804")]
    [InlineData(1_111_111_111, "050471")]
    [InlineData(1_234_567_890, "005924")]
    [InlineData(2_000_000_000, "279037")]
    public void Codes_are_those_of_the_standard(long seconds, string code) =>
        Totp.Code(Encoding.ASCII.GetBytes("12345678901234567890"), seconds / StepSeconds).ShouldBe(code);

    /// <summary>RFC 4648: the base32 of the standard's key.</summary>
    [Fact]
    public void A_secret_is_base32() =>
        Totp.Decode("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").ShouldBe(Encoding.ASCII.GetBytes("12345678901234567890"));

    [Fact]
    public void New_secrets_are_of_160_bits_and_differ()
    {
        var (one, other) = (Totp.NewSecret(), Totp.NewSecret());
        one.ShouldNotBe(other);
        Totp.Decode(one)!.Length.ShouldBe(20);
        Totp.Decode("too-short").ShouldBeNull();
        Totp.Decode(new string('1', 32)).ShouldBeNull();
    }

    [Fact]
    public void A_code_counts_for_its_step_and_the_ones_beside_it()
    {
        var secret = Totp.NewSecret();
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var code = Totp.Code(Totp.Decode(secret)!, now.ToUnixTimeSeconds() / StepSeconds);
        Totp.FindStep(secret, code, now.AddSeconds(30)).ShouldBe(1_800_000_000 / StepSeconds);
        Totp.FindStep(secret, code, now.AddSeconds(-30)).ShouldBe(1_800_000_000 / StepSeconds);
        Totp.FindStep(secret, code, now.AddSeconds(90)).ShouldBeNull();
    }

    /// <summary>What an authenticator shows now.</summary>
    public static string Now(string secret) => Totp.Code(Totp.Decode(secret)!, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / StepSeconds);
}
