using Bourse.ApiHost.Problems;
using Bourse.Domain.Accounts;
using Bourse.GrainInterfaces.Accounts;

namespace Bourse.ApiHost.Orders;

/// <summary>Turns an account's answers into orders on the wire, or into problems.</summary>
public sealed class OrderAnswers(OrderShape shape)
{
    public static Problem NoSuchOrder { get; } = Problem.NotFound("order_not_found", "You have no such order.");

    /// <summary>The order, when what was asked is done. Throws <see cref="ProblemException"/> when it is not.</summary>
    public OrderJson Done(OrderAnswer answer) =>
        ProblemOf(answer) is { } problem ? throw new ProblemException(problem) : shape.Order(answer.Order!);

    /// <summary>The order, when what was asked is done, else the problem: for where an exception would cost as much as the order.</summary>
    public object Told(OrderAnswer answer) => (object?)ProblemOf(answer) ?? shape.Text(answer.Order!);

    public CancelRowJson Row(OrderAnswer answer)
    {
        var problem = ProblemOf(answer);
        var order = Shaped(answer);
        return new CancelRowJson(order?.Id ?? "", problem?.Status ?? StatusCodes.Status200OK, problem?.Code, order);
    }

    private OrderJson? Shaped(OrderAnswer answer) => answer.Order is { } order ? shape.Order(order) : null;

    /// <summary>Null when it is done. An order that its book rejected whole is refused, and so is its repetition.</summary>
    private Problem? ProblemOf(OrderAnswer answer) => answer switch
    {
        { Kind: AnswerKind.Done or AnswerKind.Repeated, Order: { Status: OrderStatus.Rejected } rejected } =>
            Problem.Refused(rejected.RejectCode ?? answer.Code ?? "rejected", answer.Detail ?? "The order was rejected.") with { Order = Shaped(answer) },
        { Kind: AnswerKind.Done or AnswerKind.Repeated, Order: not null } => null,
        { Kind: AnswerKind.Conflict } =>
            new Problem(
                StatusCodes.Status409Conflict, answer.Code ?? "client_order_id_conflict", answer.Detail ?? "This client order id was used for another order.")
            {
                Field = "client_order_id",
                Order = Shaped(answer),
            },
        { Kind: AnswerKind.Refused } => Problem.Refused(answer.Code ?? "refused", answer.Detail ?? "The order was refused.") with { Order = Shaped(answer) },
        { Kind: AnswerKind.NotFound } => NoSuchOrder,
        _ => Problem.Unavailable(answer.Detail ?? "The outcome is not known yet; repeat with the same client_order_id.") with { Order = Shaped(answer) },
    };
}
