using System.Buffers.Text;
using System.Security.Cryptography;

namespace Bourse.ApiHost.Cli.Serve;

/// <summary>The master key of a data folder, for who sets none: made once, readable by its owner only.</summary>
internal static class DataSecrets
{
    private const string Setting = "Secrets:MasterKeys:0";
    private const int KeyBytes = 32;

    /// <summary>Outside the demo a master key has to be set, and nothing is done here.</summary>
    public static void AddMasterKey(this ConfigurationManager configuration, string dataDir)
    {
        if (!string.IsNullOrEmpty(configuration[Setting]) || string.Equals(configuration["Security:Mode"], "Live", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var file = Path.Combine(dataDir, "master.key");
        if (!File.Exists(file))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            // Front ends that start at once: the first one's key counts, whole.
            var draft = $"{file}.{Environment.ProcessId}";
            using (var writer = new StreamWriter(draft, options))
            {
                writer.Write("data:" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes)));
            }

            try
            {
                File.Move(draft, file, overwrite: false);
            }
            catch (IOException) when (File.Exists(file))
            {
                File.Delete(draft);
            }
        }

        configuration[Setting] = File.ReadAllText(file).Trim();
    }
}
