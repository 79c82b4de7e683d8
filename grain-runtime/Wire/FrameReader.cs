using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Bourse.GrainRuntime.Cluster;

namespace Bourse.GrainRuntime.Wire;

/// <summary>Reads frames, one after the other. Whatever the bytes are, it reads within them or throws <see cref="WireException"/>.</summary>
/// <param name="runtime">Whom the references in messages belong to.</param>
internal sealed class FrameReader(LocalRuntime runtime)
{
    /// <summary>How deep messages may stand in each other; Bourse's own go four deep.</summary>
    private const int MaxDepth = 64;

    private byte[] _bytes = [];
    private int _next;
    private int _end;
    private int _depth;

    public LocalRuntime Runtime => runtime;

    public int Left => _end - _next;

    /// <summary>Turns to the next frame; its length stands outside.</summary>
    public FrameKind Begin(in ReadOnlySequence<byte> frame)
    {
        var length = (int)frame.Length;
        if (_bytes.Length < length || _bytes.Length > Math.Max(64 * 1024, length))
        {
            _bytes = new byte[Math.Max(length, 4 * 1024)];
        }

        frame.CopyTo(_bytes);
        _next = 0;
        _end = length;
        _depth = 0;
        return (FrameKind)ReadByte();
    }

    /// <summary>Nobody needs the rest of the frame.</summary>
    public void Skip() => _next = _end;

    /// <summary>Asked before anything is done about a frame: one that holds more than it should is broken from the start.</summary>
    public void End()
    {
        if (Left != 0)
        {
            throw new WireException($"{Left} bytes too many in a frame");
        }
    }

    /// <summary>A message begins, within the one that is being read: as deep as the stack holds for sure.</summary>
    public void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new WireException($"messages nested more than {MaxDepth} deep");
        }
    }

    public void Leave() => _depth--;

    public byte ReadByte() => Take(1)[0];

    public bool ReadBool() => ReadByte() switch
    {
        0 => false,
        1 => true,
        var other => throw new WireException($"{other} is no truth value"),
    };

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long ReadNumber()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = ReadByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw new WireException("a number without an end");
    }

    /// <summary>How many elements follow, each at least a byte long; -1 for none at all.</summary>
    public int ReadCount()
    {
        var count = ReadNumber();
        return count >= -1 && count <= Left ? (int)count : throw new WireException($"{count} elements in {Left} bytes");
    }

    public string? ReadString()
    {
        var length = ReadCount();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadCount();
        return length < 0 ? throw new WireException("bytes are missing") : Take(length);
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > Left)
        {
            throw new WireException($"{count} bytes asked for, {Left} there");
        }

        _next += count;
        return _bytes.AsSpan(_next - count, count);
    }
}
