using Bourse.Domain.Accounts;
using Bourse.Silo.Journal;

namespace Bourse.Tests.Api;

/// <summary>What the journal of a product's database tells of its accounts.</summary>
internal sealed class AccountJournal(string connectionString)
{
    public static async Task<AccountJournal> Of(Product product) => new((await TestServer.Start(folder: product.Data)).ConnectionString);

    /// <summary>Every event of an account, oldest first.</summary>
    public async Task<List<AccountEvent>> Read(string account)
    {
        var events = new List<AccountEvent>();
        await foreach (var row in JournalStream.Read(connectionString, $"account/{account}", 1, CancellationToken.None))
        {
            Decode(row.Payload, events);
        }

        return events;
    }

    private static void Decode(byte[] payload, List<AccountEvent> into)
    {
        for (ReadOnlySpan<byte> rest = payload; !rest.IsEmpty;)
        {
            into.Add(AccountEventCodec.Read(ref rest));
        }
    }
}
