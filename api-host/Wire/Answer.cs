namespace Bourse.ApiHost.Wire;

/// <summary>Answers in the wire's format.</summary>
public static class Answer
{
    public static IResult Json<T>(T value, int status = StatusCodes.Status200OK) => TypedResults.Json(value, WireFormat.Options, statusCode: status);
}
