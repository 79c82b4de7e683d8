using System.Security.Cryptography;

namespace Bourse.ApiHost.Auth;

/// <summary>Time-based one-time passwords (RFC 6238): six digits from HMAC-SHA-1 every 30 s, as every authenticator knows them.</summary>
public static class Totp
{
    private const int SecretBytes = 20;
    private const int StepSeconds = 30;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A new secret of 160 bits in base32.</summary>
    public static string NewSecret()
    {
        var bits = RandomNumberGenerator.GetBytes(SecretBytes);
        return string.Create(SecretBytes * 8 / 5, bits, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                var at = i * 5;
                var pair = (bytes[at / 8] << 8) | (at / 8 + 1 < bytes.Length ? bytes[(at / 8) + 1] : 0);
                text[i] = Base32[(pair >> (11 - (at % 8))) & 31];
            }
        });
    }

    /// <summary>What an authenticator reads, as a QR code for example.</summary>
    public static string Uri(string secret, string username) => $"otpauth://totp/Bourse:{System.Uri.EscapeDataString(username)}?secret={secret}&issuer=Bourse";

    /// <summary>The step whose code this is, among the one before, the current and the next; null when it is none of them.</summary>
    public static long? FindStep(string secret, string code, DateTimeOffset now)
    {
        if (Decode(secret) is not { } key || code.Length != 6 || !code.All(char.IsAsciiDigit))
        {
            return null;
        }

        var current = now.ToUnixTimeSeconds() / StepSeconds;
        for (var step = current - 1; step <= current + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(Code(key, step)), System.Text.Encoding.ASCII.GetBytes(code)))
            {
                return step;
            }
        }

        return null;
    }

    /// <summary>The code of a step.</summary>
    public static string Code(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[20];
        HMACSHA1.HashData(key, counter, hash);
        var value = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 15)..]) & int.MaxValue;
        return (value % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The bytes of a secret; null when it is no base32 of 128 bits at least.</summary>
    public static byte[]? Decode(string secret)
    {
        if (secret.Length is < 26 or > 64)
        {
            return null;
        }

        var bytes = new byte[secret.Length * 5 / 8];
        var (buffer, bits, used) = (0, 0, 0);
        foreach (var c in secret)
        {
            var value = Base32.IndexOf(c, StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            buffer = ((buffer << 5) | value) & 0xFFF;
            bits += 5;
            if (bits >= 8 && used < bytes.Length)
            {
                bits -= 8;
                bytes[used++] = (byte)(buffer >> bits);
            }
        }

        return bytes;
    }
}
