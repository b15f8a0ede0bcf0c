return Kinema.Cli.CommandLine.Run(args);
