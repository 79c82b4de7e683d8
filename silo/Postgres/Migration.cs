using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Bourse.Silo.Postgres;

/// <summary>One step of the schema: an SQL file of this assembly, named <c>0001_what.sql</c>. A file that was released never changes.</summary>
/// <param name="Checksum">SHA-256 of the text, line ends made equal, in hexadecimal.</param>
public sealed record Migration(int Number, string Name, string Sql, string Checksum)
{
    /// <summary>Makes one from its text.</summary>
    public static Migration From(string name, string sql) => new(
        int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture),
        name,
        sql,
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(sql.ReplaceLineEndings("\n")))));

    /// <summary>Those that stand in this assembly, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    private static List<Migration> Load()
    {
        const string prefix = "Bourse.Silo.Postgres.Migrations.";
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
                    return From(Path.GetFileNameWithoutExtension(name[prefix.Length..]), reader.ReadToEnd());
                })
                .OrderBy(m => m.Number),
        ];
    }
}
