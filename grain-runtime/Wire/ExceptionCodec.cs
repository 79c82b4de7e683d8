using System.Reflection;
using System.Runtime.ExceptionServices;
using Orleans.Runtime;

namespace Bourse.GrainRuntime.Wire;

/// <summary>
/// An exception: its words, its stack and its cause. It arrives as the same type where that has a constructor of words (and a cause), else as the
/// nearest base class that has; other values of it do not travel.
/// </summary>
internal sealed class ExceptionCodec<T> : Codec<T?>
    where T : Exception
{
    public override void Write(FrameWriter writer, T? value) => Exceptions.Write(writer, value, depth: 0);

    public override T? Read(FrameReader reader) => Exceptions.Read(reader, depth: 0) switch
    {
        null => null,
        T same => same,
        var other => throw new WireException($"{other.GetType()} in place of {typeof(T)}"),
    };
}

/// <summary>See <see cref="ExceptionCodec{T}"/>.</summary>
internal static class Exceptions
{
    private const int MaxDepth = 8;
    private const int MaxWords = 4_096;

    public static void Write(FrameWriter writer, Exception? exception, int depth)
    {
        var types = new List<string>();
        for (var type = exception?.GetType(); type is not null && type != typeof(Exception) && types.Count < MaxDepth; type = type.BaseType)
        {
            types.Add(type.FullName!);
        }

        writer.WriteNumber(exception is null ? -1 : types.Count);
        if (exception is not null)
        {
            types.ForEach(writer.WriteString);
            writer.WriteString(Cut(exception.Message));
            writer.WriteString(Cut(exception.StackTrace ?? ""));
            Write(writer, depth < MaxDepth ? exception.InnerException : null, depth + 1);
        }
    }

    public static Exception? Read(FrameReader reader, int depth)
    {
        var count = reader.ReadCount();
        if (count < 0)
        {
            return null;
        }

        if (count > MaxDepth || depth > MaxDepth)
        {
            throw new WireException("an exception without an end");
        }

        var types = new string[count];
        for (var i = 0; i < count; i++)
        {
            types[i] = reader.ReadString() ?? "";
        }

        var words = reader.ReadString() ?? "";
        var stack = reader.ReadString() ?? "";
        var exception = Make(types, words, Read(reader, depth + 1));
        return stack.Length == 0 ? exception : ExceptionDispatchInfo.SetRemoteStackTrace(exception, stack);
    }

    private static Exception Make(string[] types, string words, Exception? cause)
    {
        foreach (var type in types.Select(WireTypes.FindException).OfType<Type>())
        {
            if (Construct(type, words, cause) is { } made)
            {
                return made;
            }
        }

        return types.Length == 0 ? new Exception(words, cause) : new OrleansException($"{types[0]}: {words}", cause!);
    }

    private static Exception? Construct(Type type, string words, Exception? cause)
    {
        const BindingFlags any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var both = type.GetConstructor(any, [typeof(string), typeof(Exception)]);
        var one = type.GetConstructor(any, [typeof(string)]);
        return ((both, one, cause) switch
        {
            (_, not null, null) => one.Invoke([words]),
            (not null, _, _) => both.Invoke([words, cause]),
            (null, not null, _) => one.Invoke([words]),
            _ => null,
        }) as Exception;
    }

    private static string Cut(string text) => text.Length <= MaxWords ? text : text[..MaxWords];
}
