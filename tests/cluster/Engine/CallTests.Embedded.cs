using Bourse.Tests.Cluster.Engine.Grains;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Orleans copies what a client sends, and counts a mailbox's requests in another way.</summary>
public sealed partial class CallTests
{
    [Fact]
    public async Task An_immutable_message_is_passed_by_reference()
    {
        var parcel = new Parcel("a", 1);

        (await Grain("echo").Echo(parcel)).ShouldBeSameAs(parcel);
    }

    [Fact]
    public async Task A_full_mailbox_refuses_and_takes_requests_again_once_it_has_room()
    {
        var grain = Grain("full");
        var inside = Enumerable.Range(0, ImpatientCluster.MailboxLimit).Select(_ => grain.Wait("full")).ToList();

        await Should.ThrowAsync<LimitExceededException>(grain.Touch().AsTask());

        Gates.Open("full");
        await Task.WhenAll(inside);
        await grain.Touch();
    }
}
