using System.Buffers;
using Bourse.Domain.Serialization;

namespace Bourse.Tests.Unit.Serialization;

public sealed class WireTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("0.00")]
    [InlineData("1.10")]
    [InlineData("-178.5")]
    [InlineData("18446744073709551615")]
    [InlineData("18446744073709551616")]
    [InlineData("79228162514264337593543950335")]
    [InlineData("-7.9228162514264337593543950335")]
    public void A_decimal_reads_back_bit_for_bit(string text)
    {
        var value = decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        var reader = new WireReader(Written((ref WireWriter w) => w.WriteDecimal(value)));
        decimal.GetBits(reader.ReadDecimal()).ShouldBe(decimal.GetBits(value));
        reader.IsAtEnd.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(63)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_number_reads_back(long value)
    {
        var reader = new WireReader(Written((ref WireWriter w) => w.WriteVarInt(value)));
        reader.ReadVarInt().ShouldBe(value);
        reader.IsAtEnd.ShouldBeTrue();
    }

    [Fact]
    public void Strings_null_and_guids_read_back()
    {
        var id = Guid.NewGuid();
        var reader = new WireReader(Written((ref WireWriter w) =>
        {
            w.WriteString("");
            w.WriteString("€uro 💶");
            w.WriteStringOrNull(null);
            w.WriteStringOrNull("");
            w.WriteDecimalOrNull(null);
            w.WriteDecimalOrNull(0m);
            w.WriteGuid(id);
            w.WriteBytes([1, 2, 3]);
            w.WriteBool(true);
        }));
        reader.ReadString().ShouldBe("");
        reader.ReadString().ShouldBe("€uro 💶");
        reader.ReadStringOrNull().ShouldBeNull();
        reader.ReadStringOrNull().ShouldBe("");
        reader.ReadDecimalOrNull().ShouldBeNull();
        reader.ReadDecimalOrNull().ShouldBe(0m);
        reader.ReadGuid().ShouldBe(id);
        reader.ReadBytes().ToArray().ShouldBe([1, 2, 3]);
        reader.ReadBool().ShouldBeTrue();
        reader.IsAtEnd.ShouldBeTrue();
    }

    [Fact]
    public void Long_values_cross_the_writers_spans()
    {
        var text = new string('x', 10_000);
        var reader = new WireReader(Written((ref WireWriter w) =>
        {
            for (var i = 0; i < 300; i++)
            {
                w.WriteByte(7);
            }

            w.WriteString(text);
        }));
        for (var i = 0; i < 300; i++)
        {
            reader.ReadByte().ShouldBe((byte)7);
        }

        reader.ReadString().ShouldBe(text);
    }

    [Theory]
    [InlineData("", "byte")]
    [InlineData("80", "number")]
    [InlineData("FFFFFFFFFFFFFFFFFF02", "number")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01", "number")]
    [InlineData("FFFFFFFFFFFFFFFFFF01", "count")]
    [InlineData("FFFFFFFF0F", "count32")]
    [InlineData("0561", "string")]
    [InlineData("FFFFFFFFFFFFFFFFFF01", "string")]
    [InlineData("FFFFFFFFFFFFFFFFFF01", "string or null")]
    [InlineData("00", "guid")]
    [InlineData("1D00", "decimal")]
    [InlineData("8000", "decimal")]
    [InlineData("40000000", "decimal")]
    [InlineData("02", "bool")]
    public void Malformed_bytes_are_told_and_not_read_past(string hex, string what)
    {
        var bytes = Convert.FromHexString(hex);
        Should.Throw<WireFormatException>(() =>
        {
            var reader = new WireReader(bytes);
            switch (what)
            {
                case "byte": reader.ReadByte(); break;
                case "number": reader.ReadVarUInt(); break;
                case "count": reader.ReadCount(); break;
                case "count32": reader.ReadCount32(); break;
                case "string": reader.ReadString(); break;
                case "string or null": reader.ReadStringOrNull(); break;
                case "guid": reader.ReadGuid(); break;
                case "decimal": reader.ReadDecimal(); break;
                case "bool": reader.ReadBool(); break;
            }
        });
    }

    private delegate void Writing(ref WireWriter writer);

    private static byte[] Written(Writing write)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        write(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }
}
