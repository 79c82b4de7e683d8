using Bourse.Bench;

return args switch
{
    ["matching", .. var rest] => Matching.Run(rest),
    ["grain-calls", .. var rest] => await GrainCalls.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bench matching | grain-calls");
    return 2;
}
