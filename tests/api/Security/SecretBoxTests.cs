using System.Buffers.Text;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Security;
using Microsoft.Extensions.Options;

namespace Bourse.Tests.Api.Security;

public sealed class SecretBoxTests
{
    private static readonly string First = Key("k1", 1);
    private static readonly string Second = Key("k2", 2);

    [Fact]
    public void A_secret_comes_back_for_its_purpose_only_and_never_sealed_the_same_way_twice()
    {
        var box = Box(First);
        var text = box.Seal("secret", "a");

        box.Open(text, "a").ShouldBe("secret");
        box.Open(text, "b").ShouldBeNull();
        box.Seal("secret", "a").ShouldNotBe(text);
        text.ShouldNotContain("secret");
    }

    [Fact]
    public void After_a_rotation_old_secrets_open_and_new_ones_are_sealed_with_the_new_key()
    {
        var old = Box(First).Seal("secret", "a");
        var rotated = Box(Second, First);

        rotated.Open(old, "a").ShouldBe("secret");
        rotated.IsStale(old).ShouldBeTrue();
        var fresh = rotated.Seal("secret", "a");
        rotated.IsStale(fresh).ShouldBeFalse();
        Box(First).Open(fresh, "a").ShouldBeNull();
        Box(Second).Open(fresh, "a").ShouldBe("secret");
    }

    [Fact]
    public void What_was_changed_does_not_open()
    {
        var box = Box(First);
        var parts = box.Seal("secret", "a").Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            var changed = (string[])parts.Clone();
            changed[i] = (changed[i][0] == 'A' ? 'B' : 'A') + changed[i][1..];
            box.Open(string.Join('.', changed), "a").ShouldBeNull();
        }

        box.Open("", "a").ShouldBeNull();
        box.Open("v1.k1.x.y.z", "a").ShouldBeNull();
    }

    [Fact]
    public void Without_a_key_nothing_is_sealed() =>
        Should.Throw<ProblemException>(() => Box().Seal("secret", "a")).Problem.Status.ShouldBe(503);

    private static SecretBox Box(params string[] keys) => new(Options.Create(new SecretOptions { MasterKeys = keys }));

    private static string Key(string kid, byte seed) => $"{kid}:{Base64Url.EncodeToString([.. Enumerable.Range(0, 32).Select(i => (byte)((i * 7) + seed))])}";
}
