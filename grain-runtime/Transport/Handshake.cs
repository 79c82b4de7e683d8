using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Bourse.GrainRuntime.Wire;

namespace Bourse.GrainRuntime.Transport;

/// <summary>Who is at an end of a connection.</summary>
/// <param name="Member">The silo's id in the cluster; 0 for a client.</param>
/// <param name="Process">One life of a silo or client.</param>
internal sealed record PeerIdentity(long Member, Guid Process)
{
    public const int Length = 24;

    public bool IsSilo => Member != 0;

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to, Member);
        Process.TryWriteBytes(to[8..]);
    }

    public static PeerIdentity Read(ReadOnlySpan<byte> from) => new(BinaryPrimitives.ReadInt64LittleEndian(from), new Guid(from[8..Length]));
}

/// <summary>
/// Both ends prove that they know the cluster's secret, over fresh random numbers of both, before anything else is read. Messages of fixed size; no
/// answer to who cannot.
/// </summary>
internal static class Handshake
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const int NonceLength = 32;
    private const int ProofLength = 32;

    /// <summary>Changes with the form of frames.</summary>
    private static readonly byte[] s_version = "BRS1"u8.ToArray();

    /// <summary>The side that connects.</summary>
    /// <param name="expected">The member that is meant to listen there.</param>
    /// <exception cref="WireException">It is another one, or does not know the secret.</exception>
    public static async Task<PeerIdentity> Dial(Stream stream, byte[] secret, PeerIdentity self, long expected, CancellationToken cancellation)
    {
        var theirNonce = await Read(stream, NonceLength, cancellation);
        var hello = new byte[s_version.Length + PeerIdentity.Length + NonceLength];
        s_version.CopyTo(hello, 0);
        self.Write(hello.AsSpan(s_version.Length));
        RandomNumberGenerator.Fill(hello.AsSpan(^NonceLength..));
        await stream.WriteAsync((byte[])[.. hello, .. Prove(secret, "dial", theirNonce, hello)], cancellation);
        var answer = await Read(stream, PeerIdentity.Length + ProofLength, cancellation);
        var proof = Prove(secret, "accept", hello, answer.AsSpan(0, PeerIdentity.Length));
        var peer = PeerIdentity.Read(answer);
        return CryptographicOperations.FixedTimeEquals(proof, answer.AsSpan(PeerIdentity.Length)) && peer.Member == expected
            ? peer
            : throw new WireException($"member {expected} is not there");
    }

    /// <summary>The side that listens.</summary>
    /// <exception cref="WireException">The other does not know the secret.</exception>
    public static async Task<PeerIdentity> Accept(Stream stream, byte[] secret, Func<PeerIdentity> self, CancellationToken cancellation)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        await stream.WriteAsync(nonce, cancellation);
        var hello = await Read(stream, s_version.Length + PeerIdentity.Length + NonceLength + ProofLength, cancellation);
        var said = hello.AsMemory(..^ProofLength);
        if (!hello.AsSpan().StartsWith(s_version)
            || !CryptographicOperations.FixedTimeEquals(Prove(secret, "dial", nonce, said.Span), hello.AsSpan(^ProofLength..)))
        {
            throw new WireException("no proof of the secret");
        }

        var identity = new byte[PeerIdentity.Length];
        self().Write(identity);
        await stream.WriteAsync((byte[])[.. identity, .. Prove(secret, "accept", said.Span, identity)], cancellation);
        return PeerIdentity.Read(hello.AsSpan(s_version.Length));
    }

    private static byte[] Prove(byte[] secret, string side, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        HMACSHA256.HashData(secret, (byte[])[.. Encoding.ASCII.GetBytes(side), .. first, .. second]);

    private static async Task<byte[]> Read(Stream stream, int length, CancellationToken cancellation)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }
}
