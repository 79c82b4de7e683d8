using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace Bourse.ApiHost.Live;

/// <summary>How a call ended that was not done: what stands in the <c>error</c> of its completion.</summary>
public sealed record HubError(string Text);

/// <summary>SignalR's JSON protocol, in which the result of a call may be a <see cref="HubError"/>: an exception in its place costs as much as an order.</summary>
public sealed class HubProtocol(IOptions<JsonHubProtocolOptions> options) : IHubProtocol
{
    private readonly JsonHubProtocol json = new(options);

    public string Name => json.Name;

    public int Version => json.Version;

    public TransferFormat TransferFormat => json.TransferFormat;

    public bool IsVersionSupported(int version) => json.IsVersionSupported(version);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message) =>
        json.TryParseMessage(ref input, binder, out message);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => json.WriteMessage(WithError(message), output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => json.GetMessageBytes(WithError(message));

    private static HubMessage WithError(HubMessage message) =>
        message is CompletionMessage { Result: HubError error } completion ? CompletionMessage.WithError(completion.InvocationId!, error.Text) : message;
}
