using Bourse.ApiHost.Orders;
using Bourse.ApiHost.Problems;
using Bourse.ApiHost.Wire;
using Bourse.GrainInterfaces.Silos;
using Bourse.GrainInterfaces.Users;

namespace Bourse.ApiHost.Admin;

/// <summary><c>/api/v1/admin/silos</c> and <c>grains</c>: how the cluster is, for operators and the platform's own programs.</summary>
public static class SiloEndpoints
{
    public static void MapSilos(this IEndpointRouteBuilder api)
    {
        var admin = api.MapGroup("/admin").WithTags("admin").WithProblems(401, 403, 503)
            .RequireAuthorization(policy => policy.RequireRole(Roles.Operator, Roles.Service));
        admin.MapGet("/silos", GetSilos).Produces<ListJson<SiloJson>>();
        admin.MapGet("/grains", GetGrains).Produces<ListJson<GrainCountJson>>();
    }

    private static async Task<IResult> GetSilos(ISiloReports reports, CancellationToken cancellation) =>
        Answer.Json(new ListJson<SiloJson>([.. (await reports.Get(cancellation)).Select(Shape)], null));

    private static async Task<IResult> GetGrains(ISiloReports reports, CancellationToken cancellation)
    {
        var counts = (await reports.Get(cancellation)).Where(silo => silo.IsAlive).SelectMany(silo => silo.Grains)
            .GroupBy(grain => grain.Key, (type, of) => (Type: type, Of: of.ToArray()))
            .Select(grain => new GrainCountJson(grain.Type, grain.Of.Sum(one => one.Value), grain.Of.Length))
            .OrderByDescending(grain => grain.Activations).ThenBy(grain => grain.Type, StringComparer.Ordinal);
        return Answer.Json(new ListJson<GrainCountJson>([.. counts], null));
    }

    private static SiloJson Shape(SiloReport silo) => new(
        silo.Name, silo.Machine, silo.ProcessId, silo.StartedAt, silo.ReportedAt, silo.IsAlive, Math.Round(silo.CpuSeconds, 1), silo.MemoryBytes, silo.Grains.Values.Sum());
}

/// <summary>A silo.</summary>
/// <param name="Alive">It has reported within the last ten seconds.</param>
/// <param name="CpuSeconds">Of its process, since its start.</param>
/// <param name="MemoryBytes">Resident.</param>
/// <param name="Activations">Grains that are in its memory.</param>
public sealed record SiloJson(
    string Name, string Machine, int ProcessId, DateTimeOffset StartedAt, DateTimeOffset ReportedAt, bool Alive, double CpuSeconds, long MemoryBytes, long Activations);

/// <summary>How many grains of a class are in the memory of how many silos.</summary>
public sealed record GrainCountJson(string Type, long Activations, int Silos);
