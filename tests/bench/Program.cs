using Bourse.Bench;

return args switch
{
    ["kill-switch", .. var rest] => await KillSwitch.Run(rest),
    ["matching", .. var rest] => Matching.Run(rest),
    ["accounts", .. var rest] => AccountLife.Run(rest),
    ["grain-calls", "--both", .. var rest] => await BothEngines.Run(rest),
    ["grain-calls", .. var rest] => await GrainCalls.Run(rest),
    ["grain-calls-silo", var database] => await RemoteGrainCalls.Silo(database),
    ["journal-rows", .. var rest] => await JournalRows.Run(rest),
    ["orders", .. var rest] => await Orders.Run(rest),
    ["scaling", .. var rest] => await Scaling.Run(rest),
    ["scaling-silo", var database, var name] => await BenchCluster.Silo(database, name),
    ["ingest", .. var rest] => await Ingest.Run(rest),
    ["charts", .. var rest] => await Charts.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bench matching | accounts | grain-calls | journal-rows | kill-switch | orders | scaling | ingest | charts");
    return 2;
}
