namespace Bourse.Grains.Users;

/// <summary>What a user signs in with, and its end.</summary>
public sealed partial class UserGrain
{
    private const int MaxKeys = 20;

    public Task ChangePassword(string newPasswordHash, string? exceptFamily)
    {
        ThrowUnlessExists();
        return Save(state.State with { PasswordHash = newPasswordHash, Sessions = Only(exceptFamily) });
    }

    public Task ChangeEmail(string email)
    {
        ThrowUnlessExists();
        return Save(state.State with { Email = email });
    }

    public Task SetTotp(string? sealedSecret)
    {
        ThrowUnlessExists();
        return Save(state.State with { SealedTotp = sealedSecret });
    }

    public async Task<bool> UseTotpStep(long step)
    {
        if (step <= state.State.LastTotpStep)
        {
            return false;
        }

        await Save(state.State with { LastTotpStep = step });
        return true;
    }

    public async Task Erase()
    {
        if (Exists)
        {
            await Save(new UserState { Roles = state.State.Roles, CreatedAt = state.State.CreatedAt, IsErased = true });
        }
    }

    public async Task<bool> AddKey(string keyId)
    {
        ThrowUnlessExists();
        if (state.State.Keys.Count >= MaxKeys)
        {
            return false;
        }

        await Save(state.State with { Keys = [.. state.State.Keys, keyId] });
        return true;
    }

    public Task RemoveKey(string keyId) => Save(state.State with { Keys = [.. state.State.Keys.Where(k => k != keyId)] });

    public Task<IReadOnlyList<string>> GetKeys() => Task.FromResult(state.State.Keys);
}
