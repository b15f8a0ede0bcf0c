internal static class P { private static int Main() => 0; }
