using Bourse.Domain.Serialization;

namespace Bourse.Domain.Accounts;

/// <summary>
/// The client order ids that left memory, as a Bloom filter in layers: each layer is twice the one before and takes one id per sixteen
/// bits, so that at most 1 in 1,000 unknown ids a layer is told <i>maybe</i>, which costs a look into the read model. Past the last layer (255 KiB in
/// all, some 130,000 ids) that share grows; an id that was added is never denied.
/// </summary>
/// <remarks>B. H. Bloom, 1970; layers after P. S. Almeida et al., Scalable Bloom Filters, 2007.</remarks>
internal sealed class OlderIds
{
    private const int FirstLayerBytes = 1024;
    private const int MaxLayers = 8;
    private const int BitsPerId = 16;
    private const int Probes = 7; // another number would deny ids that are in kept snapshots

    private byte[][] _layers = [];
    private int _inLastLayer;

    /// <param name="id">The id's <see cref="ClientIdHash"/>.</param>
    public void Add(ulong id)
    {
        if (_layers.Length == 0 || (_inLastLayer >= _layers[^1].Length * 8 / BitsPerId && _layers.Length < MaxLayers))
        {
            _layers = [.. _layers, new byte[FirstLayerBytes << _layers.Length]];
            _inLastLayer = 0;
        }

        var layer = _layers[^1];
        var (hash, step) = Split(id);
        for (var i = 0; i < Probes; i++, hash += step)
        {
            var bit = hash % (uint)(layer.Length * 8);
            layer[bit >> 3] |= (byte)(1 << (int)(bit & 7));
        }

        _inLastLayer++;
    }

    /// <inheritdoc cref="Add"/>
    public bool MayHold(ulong id)
    {
        if (_layers.Length == 0)
        {
            return false;
        }

        var (hash, step) = Split(id);
        foreach (var layer in _layers)
        {
            if (Holds(layer, hash, step))
            {
                return true;
            }
        }

        return false;
    }

    public void Save(ref WireWriter w)
    {
        w.WriteCount(_layers.Length);
        w.WriteCount(_inLastLayer);
        foreach (var layer in _layers)
        {
            w.WriteBytes(layer);
        }
    }

    public void Load(ref WireReader r)
    {
        var count = r.ReadLength();
        _inLastLayer = r.ReadCount32();
        for (var i = 0; i < count; i++)
        {
            var layer = r.ReadBytes().ToArray();
            if (i >= MaxLayers || layer.Length != FirstLayerBytes << i)
            {
                throw new WireFormatException("A layer of older ids has another size.");
            }

            _layers = [.. _layers, layer];
        }
    }

    private static bool Holds(byte[] layer, uint hash, uint step)
    {
        for (var i = 0; i < Probes; i++, hash += step)
        {
            var bit = hash % (uint)(layer.Length * 8);
            if ((layer[bit >> 3] & (1 << (int)(bit & 7))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static (uint Hash, uint Step) Split(ulong id) => ((uint)id, (uint)(id >> 32) | 1);
}
