using Bourse.GrainRuntime.Calls;

namespace Bourse.GrainRuntime.Activations;

/// <summary>The requests that an activation has and has not finished, in the order they came. Used under the activation's gate only, and never copied.</summary>
internal struct Outstanding
{
    private Request? _first;
    private Request? _last;
    private volatile int _count;

    /// <summary>Any thread may read it, as a hint.</summary>
    public readonly int Count => _count;

    public void Add(Request request, Activation holder)
    {
        request.Holder = holder;
        request.Previous = _last;
        request.Next = null;
        if (_last is null)
        {
            _first = request;
        }
        else
        {
            _last.Next = request;
        }

        _last = request;
        _count++;
    }

    /// <summary>Has no effect when the request was taken away before.</summary>
    public void Remove(Request request, Activation holder)
    {
        if (request.Holder != holder)
        {
            return;
        }

        if (request.Previous is null)
        {
            _first = request.Next;
        }
        else
        {
            request.Previous.Next = request.Next;
        }

        if (request.Next is null)
        {
            _last = request.Previous;
        }
        else
        {
            request.Next.Previous = request.Previous;
        }

        request.Holder = null;
        request.Previous = request.Next = null;
        _count--;
    }

    public List<Request> TakeAll()
    {
        var all = new List<Request>(_count);
        while (_first is { } request)
        {
            all.Add(request);
            Remove(request, request.Holder!);
        }

        return all;
    }

    public void CollectOverdue(int nowTick, List<Request> overdue)
    {
        for (var request = _first; request is not null; request = request.Next)
        {
            if (nowTick >= request.DueTick && !request.IsOverdue)
            {
                request.IsOverdue = true;
                overdue.Add(request);
            }
        }
    }
}
