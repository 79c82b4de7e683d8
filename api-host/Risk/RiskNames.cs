using Bourse.ApiHost.Problems;
using Bourse.Domain.Risk;
using Bourse.GrainInterfaces.Books;
using Bourse.GrainInterfaces.Risk;

namespace Bourse.ApiHost.Risk;

/// <summary>What the wire calls the kill switches' scopes and states.</summary>
public static class RiskNames
{
    public static string Of(SwitchScope scope) => scope switch
    {
        SwitchScope.Global => "global",
        SwitchScope.Account => "account",
        _ => "symbol",
    };

    public static string Of(TradingState state) => state switch
    {
        TradingState.Active => "active",
        TradingState.Reducing => "reducing",
        _ => "halted",
    };

    public static SwitchScope Scope(string? name) => name switch
    {
        "global" => SwitchScope.Global,
        "account" => SwitchScope.Account,
        "symbol" => SwitchScope.Symbol,
        _ => throw new ProblemException(Problem.Malformed("scope", "scope is to be one of global, account, symbol.")),
    };

    public static TradingState State(string? name) => name switch
    {
        "active" => TradingState.Active,
        "reducing" => TradingState.Reducing,
        "halted" => TradingState.Halted,
        _ => throw new ProblemException(Problem.Malformed("state", "state is to be one of active, reducing, halted.")),
    };

    public static HaltJson Halt(SwitchView view) => new(Of(view.Scope), Id(view), Of(view.State), view.Reason);

    public static HaltJson Halt(SymbolHalt halt) => new(Of(SwitchScope.Symbol), halt.Symbol, halt.IsHalted ? "auction" : "active", halt.Reason);

    public static string? Id(SwitchView view) => view.Id.Length == 0 ? null : view.Id;
}
