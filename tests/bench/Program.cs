using Bourse.Bench;

return args switch
{
    ["matching", .. var rest] => Matching.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bench matching");
    return 2;
}
