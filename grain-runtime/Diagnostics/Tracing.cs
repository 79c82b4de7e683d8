using System.Diagnostics;
using Bourse.GrainRuntime.Calls;
using Orleans.Diagnostics;

namespace Bourse.GrainRuntime.Diagnostics;

/// <summary>Spans of calls, under the names that Orleans gives them. Only called while somebody listens.</summary>
internal static class Tracing
{
    public static readonly ActivitySource Application = new(ActivitySources.ApplicationGrainActivitySourceName);

    /// <summary>Begins the caller's span; it ends with the answer.</summary>
    public static void StartClient(CallRequest request)
    {
        var before = Activity.Current;
        var activity = Application.StartActivity(request.Method.ActivityName, ActivityKind.Client);
        if (activity is null)
        {
            return;
        }

        Describe(activity, request);
        request.ParentActivity = activity;
        Activity.Current = before;
        request.Answer.ContinueWith(
            static (answer, state) => Stop((Activity)state!, answer.Exception?.InnerException),
            activity,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Begins the called grain's span.</summary>
    public static Activity? StartServer(CallRequest request)
    {
        var activity = Application.StartActivity(request.Method.ActivityName, ActivityKind.Server, request.ParentActivity?.Context ?? request.RemoteParent);
        if (activity is not null)
        {
            Describe(activity, request);
        }

        return activity;
    }

    public static void Stop(Activity activity, Exception? failure)
    {
        if (failure is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, failure.Message);
            activity.SetTag("exception.type", failure.GetType().FullName);
        }

        activity.Stop();
    }

    private static void Describe(Activity activity, CallRequest request)
    {
        activity.SetTag("rpc.system", "orleans");
        activity.SetTag("rpc.service", request.Method.InterfaceName);
        activity.SetTag("rpc.method", request.Method.ActivityName);
        activity.SetTag("rpc.orleans.target_id", request.Target.GrainId.ToString());
    }
}
