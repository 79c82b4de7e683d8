using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Bourse.Tests.Unit.House;

/// <summary>What a compiled assembly uses of others, read from its metadata without loading it.</summary>
internal sealed class AssemblyUses : IDisposable
{
    private readonly PEReader file;
    private readonly MetadataReader metadata;

    public AssemblyUses(string path)
    {
        file = new PEReader(File.OpenRead(path));
        metadata = file.GetMetadataReader();
    }

    /// <summary>The simple names of the assemblies that it uses a type of.</summary>
    public IReadOnlyList<string> Assemblies =>
        [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];

    /// <summary>The full names of the outside types that it mentions anywhere.</summary>
    public IReadOnlyList<string> Types =>
        [.. metadata.TypeReferences.Select(handle => Name(metadata.GetTypeReference(handle)))];

    /// <summary>The namespaces of its own public types.</summary>
    public IReadOnlyList<string> PublicNamespaces =>
        [.. metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
            .Where(type => (type.Attributes & System.Reflection.TypeAttributes.VisibilityMask) == System.Reflection.TypeAttributes.Public)
            .Select(type => metadata.GetString(type.Namespace)).Distinct()];

    /// <summary>Its own types (nested ones under their outermost) whose method bodies use a type of the assembly.</summary>
    public IReadOnlyList<string> TypesWhoseCodeUses(string assembly)
    {
        var users = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            var bodies = type.GetMethods().Select(metadata.GetMethodDefinition).Where(method => method.RelativeVirtualAddress != 0)
                .Select(method => file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes() ?? []);
            if (bodies.SelectMany(IlTokens.In).Any(token => AssemblyOf(token) == assembly))
            {
                users.Add(OutermostName(type));
            }
        }
        return [.. users];
    }

    public void Dispose() => file.Dispose();

    private string? AssemblyOf(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeReference => AssemblyOf(metadata.GetTypeReference((TypeReferenceHandle)handle).ResolutionScope),
        HandleKind.AssemblyReference => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)handle).Name),
        HandleKind.MemberReference => AssemblyOf(metadata.GetMemberReference((MemberReferenceHandle)handle).Parent),
        HandleKind.MethodSpecification => AssemblyOf(metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method),
        _ => null,
    };

    private string OutermostName(TypeDefinition type)
    {
        while (!type.GetDeclaringType().IsNil)
        {
            type = metadata.GetTypeDefinition(type.GetDeclaringType());
        }
        var space = metadata.GetString(type.Namespace);
        return space.Length == 0 ? metadata.GetString(type.Name) : space + "." + metadata.GetString(type.Name);
    }

    private string Name(TypeReference type) => metadata.GetString(type.Namespace) + "." + metadata.GetString(type.Name);
}
