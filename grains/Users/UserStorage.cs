namespace Bourse.Grains.Users;

/// <summary>How the users' grains keep their state.</summary>
internal static class UserStorage
{
    public const string Name = "bourse";

    /// <summary>
    /// Puts a new state in place of the old and writes it. When the write fails, nobody knows whether it reached the
    /// database: the grain goes, and its next activation reads what is there.
    /// </summary>
    public static async Task Save<T>(IPersistentState<T> state, T next, Grain grain)
    {
        var before = state.State;
        state.State = next;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            state.State = before;
            grain.DeactivateOnIdle();
            throw;
        }
    }
}
