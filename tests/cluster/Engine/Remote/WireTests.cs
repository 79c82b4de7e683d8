using System.Buffers;
using System.Collections;
using System.Reflection;
using System.Text.Json;
using Bourse.GrainRuntime.Cluster;
using Bourse.GrainRuntime.Wire;
using Bourse.GrainInterfaces.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine.Remote;

/// <summary>Every message of every grain of Bourse as it travels between processes.</summary>
public sealed class WireTests(EngineCluster cluster) : IClassFixture<EngineCluster>
{
    private static readonly MethodInfo[] s_methods = [.. typeof(IAccountGrain).Assembly.GetTypes()
        .Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
        .SelectMany(type => type.GetMethods().Where(method => !method.IsStatic))];

    private FrameReader NewReader() => new(cluster.Cluster.GetSiloServiceProvider().GetRequiredService<LocalRuntime>());

    [Fact]
    public void Every_message_and_every_result_arrives_as_it_was_sent()
    {
        s_methods.ShouldNotBeEmpty();
        foreach (var method in s_methods)
        {
            var types = method.GetParameters().Select(p => p.ParameterType).Where(type => type != typeof(CancellationToken));
            if (method.ReturnType.IsGenericType)
            {
                types = types.Append(method.ReturnType.GetGenericArguments()[0]);
            }

            // A reference to an observer is made by the one who holds it: RemoteCallTests has them.
            foreach (var type in types.Where(type => !typeof(IAddressable).IsAssignableFrom(type)))
            {
                foreach (var sample in new[] { Sample(type, 1), Sample(type, 2) })
                {
                    var (arrived, left) = Travel(type, sample);

                    left.ShouldBe(0);
                    JsonSerializer.Serialize(arrived, type).ShouldBe(JsonSerializer.Serialize(sample, type), $"{method.DeclaringType!.Name}.{method.Name}: {type}");
                }

                if (!type.IsValueType)
                {
                    Travel(type, null).Arrived.ShouldBeNull();
                }
            }
        }
    }

    [Fact]
    public void Every_method_has_a_number_of_its_own() =>
        s_methods.Select(WireTypes.NumberOf).Distinct().Count().ShouldBe(s_methods.Length);

    [Fact]
    public void A_message_cut_short_or_changed_is_refused_or_read_and_nothing_else_happens()
    {
        var random = new Random(7);
        foreach (var type in new[] { typeof(PlaceOrder), typeof(OrderAnswer), typeof(PortfolioView), typeof(Dictionary<string, object>) })
        {
            var whole = Bytes(type, type == typeof(Dictionary<string, object>) ? new Dictionary<string, object> { ["k"] = 1 } : Sample(type, 1));
            for (var i = 0; i < 5_000; i++)
            {
                var bytes = whole[..random.Next(1, whole.Length + 1)].ToArray();
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                try
                {
                    var reader = NewReader();
                    reader.Begin(new ReadOnlySequence<byte>([1, .. bytes]));
                    Codec.Of(type).ReadObject(reader);
                }
                catch (WireException)
                {
                    // As it should be.
                }
            }
        }
    }

    [Fact]
    public void All_that_travels_is_made_ready_before_the_first_call()
    {
        Should.NotThrow(WireTypes.MakeReady);
    }

    [Fact]
    public void A_message_nested_deeper_than_any_of_ours_is_refused_and_the_stack_holds()
    {
        var order = (OrderView)Sample(typeof(OrderView), 1)! with { Legs = null };
        for (var depth = 0; depth < 1_000; depth++)
        {
            order = order with { Legs = [order] };
        }

        Should.Throw<WireException>(() => Travel(typeof(OrderView), order)).Message.ShouldContain("nested");
    }

    [Fact]
    public void Exceptions_arrive_as_what_they_were_or_as_the_nearest_that_can_be_made()
    {
        Thrown(new GrainInterfaces.OutcomeUnknownException("unknown", new TimeoutException("late"))).InnerException.ShouldBeOfType<TimeoutException>();
        Thrown(new ArgumentOutOfRangeException("size", "too large")).ShouldBeAssignableTo<ArgumentException>()!.Message.ShouldContain("too large");
        Thrown(new SiloUnavailableException("gone")).Message.ShouldBe("gone");
        Thrown(new Npgsql.NpgsqlException("away")).ShouldBeOfType<System.Runtime.InteropServices.ExternalException>().Message.ShouldBe("away");
        Thrown(new HiddenException(3)).ShouldBeOfType<InvalidOperationException>().Message.ShouldBe("number 3");

        Exception Thrown(Exception exception) => (Exception)Travel(typeof(Exception), exception).Arrived!;
    }

    private (object? Arrived, int Left) Travel(Type type, object? value)
    {
        var reader = NewReader();
        reader.Begin(new ReadOnlySequence<byte>([1, .. Bytes(type, value)]));
        return (Codec.Of(type).ReadObject(reader), reader.Left);
    }

    private static byte[] Bytes(Type type, object? value)
    {
        var writer = FrameWriter.Begin(FrameKind.Ping);
        Codec.Of(type).WriteObject(writer, value);
        return writer.Finish()[5..].ToArray();
    }

    // A value that differs in each part, by the way that messages are made. What a message has of its own kind has none of it.
    private static object? Sample(Type type, int seed, Type? outer = null, Type? outermost = null) => type switch
    {
        _ when type == typeof(string) => $"text {seed} ü",
        _ when type == typeof(bool) => seed % 2 == 0,
        _ when type == typeof(decimal) => (seed * -1_234_567.890m) + 0.000_1m,
        _ when type == typeof(Guid) => new Guid(seed, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
        _ when type == typeof(DateTimeOffset) => new DateTimeOffset(2026, 1, seed, 12, 30, 59, 123, TimeSpan.FromHours(seed)),
        _ when type == typeof(TimeSpan) => TimeSpan.FromTicks(seed * 1_234_567L),
        _ when type.IsEnum => Enum.GetValues(type).GetValue(seed % Enum.GetValues(type).Length),
        _ when type.IsPrimitive => Convert.ChangeType(seed * 77, type, System.Globalization.CultureInfo.InvariantCulture),
        _ when Nullable.GetUnderlyingType(type) is { } inner => seed % 2 == 0 ? null : Sample(inner, seed),
        _ when type.IsArray => Many(type.GetElementType()!, seed, outer),
        { IsGenericType: true } when type.GetGenericArguments() is [var element] && type.IsAssignableFrom(element.MakeArrayType()) =>
            element == outer && outer == outermost ? null : Many(element, seed, outer),
        { IsGenericType: true } when type.GetGenericArguments() is [var key, var value] && type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(key, value)) =>
            Pairs(key, value, seed, outer),
        _ => type.GetConstructors().MaxBy(c => c.GetParameters().Length)!.Invoke(
            [.. type.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters().Select((p, i) => Sample(p.ParameterType, seed + (i % 5), type, outer))]),
    };

    private static IDictionary Pairs(Type key, Type value, int seed, Type? outer)
    {
        var pairs = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(key, value))!;
        for (var i = 0; i <= seed; i++)
        {
            pairs.Add(Sample(key, seed + i, outer)!, Sample(value, seed + i, outer));
        }

        return pairs;
    }

    private static Array Many(Type element, int seed, Type? outer)
    {
        var array = Array.CreateInstance(element, seed + 1);
        for (var i = 0; i < array.Length; i++)
        {
            array.SetValue(Sample(element, seed + (i % 3), outer), i);
        }

        return array;
    }

    private sealed class HiddenException(int number) : InvalidOperationException($"number {number}");
}
