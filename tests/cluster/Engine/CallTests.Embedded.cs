using Bourse.Tests.Cluster.Engine.Grains;
using Orleans.Runtime;

namespace Bourse.Tests.Cluster.Engine;

/// <summary>Orleans copies what a client sends, counts a mailbox's requests in another way, and may begin a request that was cancelled.</summary>
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
        var inside = Enumerable.Range(0, NarrowCluster.MailboxLimit).Select(_ => grain.Wait("full")).ToList();

        await Should.ThrowAsync<LimitExceededException>(grain.Touch().AsTask());

        Gates.Open("full");
        await Task.WhenAll(inside);
        await grain.Touch();
    }

    [Fact]
    public async Task A_cancelled_request_that_waits_its_turn_never_begins()
    {
        using var cancellation = new CancellationTokenSource();
        var grain = Grain("queued");
        var first = grain.Wait("queued-1");
        await Gates.Until(() => Gates.CountOf("queued-1") == 1, "the first begins");
        var second = grain.Wait("queued-2", cancellation.Token);

        cancellation.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(second);
        Gates.Open("queued-1");
        await first;
        await grain.Touch();
        Gates.CountOf("queued-2").ShouldBe(0);
    }
}
