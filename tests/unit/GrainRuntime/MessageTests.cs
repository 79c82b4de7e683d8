using System.Collections.Immutable;
using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace Bourse.Tests.Unit.GrainRuntime;

public sealed class MessageTests
{
    private static readonly Assembly s_interfaces = Assembly.Load("Bourse.GrainInterfaces");

    private static IEnumerable<MethodInfo> Methods => s_interfaces.GetTypes()
        .Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
        .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public));

    [Fact]
    public void Every_grain_message_is_immutable()
    {
        var messages = Methods.SelectMany(method => method.GetParameters().Select(p => (p.ParameterType, Where: $"{Name(method)}({p.Name})"))
                .Append((Result(method), $"the result of {Name(method)}")))
            .Concat(s_interfaces.GetTypes()
                .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute)) && !typeof(Exception).IsAssignableFrom(type)).Select(type => (type, "a message")));

        var objections = messages
            .Select(message => (message.Item2, Objection: Immutability.ObjectionTo(message.Item1)))
            .Where(message => message.Objection is not null)
            .Select(message => $"{message.Item2}: {message.Objection}");

        objections.ShouldBeEmpty();
    }

    [Fact]
    public void Every_grain_method_gives_a_task_and_takes_at_most_one_cancellation_token_last()
    {
        Methods.ShouldNotBeEmpty();
        foreach (var method in Methods)
        {
            var name = Name(method);
            (typeof(Task).IsAssignableFrom(method.ReturnType) || method.ReturnType == typeof(ValueTask)
                || (method.ReturnType.IsGenericType && method.ReturnType.GetGenericTypeDefinition() == typeof(ValueTask<>))
                || (method.ReturnType == typeof(void) && typeof(IGrainObserver).IsAssignableFrom(method.DeclaringType)))
                .ShouldBeTrue($"{name} gives {method.ReturnType}");
            method.IsGenericMethod.ShouldBeFalse($"{name} is generic");
            var tokens = method.GetParameters().Where(p => p.ParameterType == typeof(CancellationToken)).ToList();
            (tokens.Count == 0 || (tokens.Count == 1 && tokens[0].Position == method.GetParameters().Length - 1))
                .ShouldBeTrue($"{name} takes its token elsewhere than last, or several");
        }
    }

    [Theory]
    [InlineData(typeof(byte[]))]
    [InlineData(typeof(List<int>))]
    [InlineData(typeof(IList<int>))]
    [InlineData(typeof(object))]
    [InlineData(typeof(Settable))]
    [InlineData(typeof(Holder))]
    [InlineData(typeof(IReadOnlyList<Settable>))]
    [InlineData(typeof(ValueTuple<int, int[]>))]
    [InlineData(typeof(Open))]
    [InlineData(typeof(Shape))]
    public void What_can_change_is_refused(Type type) => Immutability.ObjectionTo(type).ShouldNotBeNull();

    [Theory]
    [InlineData(typeof(Good))]
    [InlineData(typeof(IReadOnlyList<Good>))]
    [InlineData(typeof(ImmutableArray<decimal?>))]
    [InlineData(typeof(ReadOnlyMemory<byte>))]
    [InlineData(typeof(ValueTuple<int, string>))]
    [InlineData(typeof(IGrainWithStringKey))]
    public void What_cannot_change_is_accepted(Type type) => Immutability.ObjectionTo(type).ShouldBeNull();

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static Type Result(MethodInfo method) => method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments()[0] : typeof(void);

    private sealed record Good(string Text, decimal? Price, IReadOnlyList<Good> Children)
    {
        public required DayOfWeek Day { get; init; }
    }

    private sealed record Settable(int First)
    {
        public int Second { get; set; }
    }

    private sealed record Holder(int[] Numbers);

    private record Open(int Number);

    private abstract record Shape;

    private sealed record Circle(double[] Points) : Shape;
}
