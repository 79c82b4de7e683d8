namespace Bourse.Silo.Postgres;

/// <summary>
/// Who runs PostgreSQL. It refuses to run as root, so when root starts Bourse it runs as the system user <c>postgres</c>,
/// or as <c>bourse-postgres</c>, which is made when there is no such user.
/// </summary>
internal sealed class UnprivilegedUser
{
    private UnprivilegedUser(string? name) => Name = name;

    /// <summary>Null: the user that runs this process.</summary>
    public string? Name { get; }

    public static async Task<UnprivilegedUser> Find(Action<string> say, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new UnprivilegedUser(null);
        }

        foreach (var name in new[] { "postgres", "bourse-postgres" })
        {
            var (code, _) = await Tool.TryRun(null, "id", ["-u", name], cancellation);
            if (code == 0)
            {
                return new UnprivilegedUser(name);
            }
        }

        say("making the system user bourse-postgres, because PostgreSQL does not run as root");
        await Tool.Run(null, "useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "bourse-postgres"], cancellation);
        return new UnprivilegedUser("bourse-postgres");
    }

    /// <summary>Gives a file or folder, and all that is in it, to the user.</summary>
    public async Task Own(string path, CancellationToken cancellation)
    {
        if (Name is not null)
        {
            await Tool.Run(null, "chown", ["-R", $"{Name}:", path], cancellation);
        }
    }

    /// <summary>Lets the user pass through every folder on the way to <paramref name="folder"/>: by an access list for it alone where the file system has them, else for all.</summary>
    public async Task LetThrough(string folder, Action<string> say, CancellationToken cancellation)
    {
        if (Name is null || await CanEnter(folder, cancellation))
        {
            return;
        }

        var way = new Stack<string>();
        for (var step = folder; step is not null && step != "/"; step = Path.GetDirectoryName(step))
        {
            way.Push(step);
        }

        foreach (var step in way)
        {
            if (await CanEnter(step, cancellation))
            {
                continue;
            }

            say($"letting the user {Name} pass through {step}");
            var (code, _) = await Tool.TryRun(null, "setfacl", ["-m", $"u:{Name}:x", step], cancellation);
            if (code != 0 || !await CanEnter(step, cancellation))
            {
                await Tool.Run(null, "chmod", ["o+x", step], cancellation);
            }
        }
    }

    private async Task<bool> CanEnter(string folder, CancellationToken cancellation)
    {
        var (code, _) = await Tool.TryRun(Name, "test", ["-x", folder], cancellation);
        return code == 0;
    }
}
