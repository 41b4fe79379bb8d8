using FunctionsEval.TestKit;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FunctionsEval.Functions.Tests;

/// <summary>Folders name each other in one direction only (docs/architecture.md): read from the types that the sources name, for a namespace sees those around it without a word.</summary>
public sealed class Layers_of_folders
{
    private static readonly Lazy<IReadOnlyList<SourceFile>> Sources = new(() => [.. new[] { "functions", "shared" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(PublishedFunctions.Repository, folder), "*.cs", SearchOption.AllDirectories))
        .Select(SourceFile.Read)]);

    [Theory]
    [InlineData("FunctionsEval")]
    [InlineData("FunctionsEval.Runs")]
    [InlineData("FunctionsEval.Agents")]
    [InlineData("FunctionsEval.Evaluation")]
    [InlineData("FunctionsEval.Providers")]
    [InlineData("FunctionsEval.Statistics")]
    [InlineData("FunctionsEval.Storage")]
    public void No_folder_names_one_that_names_it(string root)
    {
        var arrows = Arrows(root);

        Assert.InRange(arrows.Count, 2, 1_000);
        Assert.Equal("", Circle(arrows));
    }

    [Fact]
    public void A_circle_would_be_found()
    {
        HashSet<(string, string)> arrows = [("Cells", "Records"), ("Budget", "Cells"), ("Analysis", "Budget"), ("Cells", "Analysis")];

        Assert.Equal("Analysis, Budget, Cells", Circle(arrows));
    }

    // Folders below the root, with what lies deeper, and "" for the root itself.
    private static HashSet<(string From, string To)> Arrows(string root)
    {
        var owners = Sources.Value.SelectMany(file => file.Declared.Select(type => (Type: type, file.Namespace))).Distinct().ToLookup(pair => pair.Type, pair => pair.Namespace);
        var arrows = new HashSet<(string, string)>();
        foreach (var file in Sources.Value.Where(file => IsIn(file.Namespace, root)))
        {
            // The nearest namespace around it that has the type is the one that is meant, else one that the file uses.
            foreach (var owner in file.Named.Select(type => owners[type].Where(space => IsIn(file.Namespace, space)).MaxBy(space => space.Length) ?? owners[type].FirstOrDefault(file.Uses.Contains)))
            {
                if (owner is not null && IsIn(owner, root) && (FolderOf(file.Namespace, root), FolderOf(owner, root)) is var arrow && arrow.Item1 != arrow.Item2)
                {
                    arrows.Add(arrow);
                }
            }
        }

        return arrows;
    }

    private static bool IsIn(string space, string around) => space == around || space.StartsWith($"{around}.", StringComparison.Ordinal);

    private static string FolderOf(string space, string root) => space.Length == root.Length ? "" : space[(root.Length + 1)..].Split('.')[0];

    /// <summary>What is left when folders that nobody names, or that name nobody, are taken away again and again.</summary>
    private static string Circle(IEnumerable<(string From, string To)> arrows)
    {
        var (before, left) = (new List<(string From, string To)>(), arrows.ToList());
        while (left.Count != before.Count)
        {
            before = left;
            left = before.FindAll(arrow => before.Exists(other => other.To == arrow.From) && before.Exists(other => other.From == arrow.To));
        }

        return string.Join(", ", left.Select(arrow => arrow.From).Distinct().Order(StringComparer.Ordinal));
    }

    private sealed record SourceFile(string Namespace, HashSet<string> Uses, HashSet<string> Declared, HashSet<string> Named)
    {
        public static SourceFile Read(string path)
        {
            var root = CSharpSyntaxTree.ParseText(File.ReadAllText(path), cancellationToken: TestContext.Current.CancellationToken).GetCompilationUnitRoot();
            var nodes = root.DescendantNodes().ToList();
            HashSet<string> members = [.. nodes.OfType<PropertyDeclarationSyntax>().Select(property => property.Identifier.Text), .. nodes.OfType<ParameterSyntax>().Select(parameter => parameter.Identifier.Text)];
            return new SourceFile(
                nodes.OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "",
                [.. root.Usings.Select(directive => directive.Name?.ToString() ?? "")],
                [.. nodes.OfType<BaseTypeDeclarationSyntax>().Where(type => type.Parent is BaseNamespaceDeclarationSyntax).Select(type => type.Identifier.Text)],
                [.. nodes.OfType<SimpleNameSyntax>().Where(name => IsType(name) || (name.Parent is MemberAccessExpressionSyntax access && access.Expression == name && !members.Contains(name.Identifier.Text))).Select(name => name.Identifier.Text)]);
        }

        // Where only a type can stand. What stands before a dot may be a property of the same name.
        private static bool IsType(SimpleNameSyntax name) => name.Parent switch
        {
            VariableDeclarationSyntax or ParameterSyntax or ObjectCreationExpressionSyntax or TypeArgumentListSyntax or BaseTypeSyntax
                or TypeOfExpressionSyntax or DeclarationPatternSyntax or RecursivePatternSyntax or NullableTypeSyntax or ArrayTypeSyntax => true,
            CastExpressionSyntax cast => cast.Type == name,
            MethodDeclarationSyntax method => method.ReturnType == name,
            PropertyDeclarationSyntax property => property.Type == name,
            _ => false,
        };
    }
}
