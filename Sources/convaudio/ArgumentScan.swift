import ArgumentParser
import ConvAudioKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What was typed, read from left to right before ArgumentParser reads it.
///
/// ArgumentParser collects the values of every option, and forgets in which order the options came; but the order of
/// `-p`, `--model`, `--ir` and what follows each of them is the chain. It also takes the last of two values without a word,
/// and complains about what follows a mistyped option instead of the option. So this reads the arguments once itself, by
/// the same description of the options that ArgumentParser makes help from, which cannot go out of step with it.
struct ArgumentScan {
  /// A mistake that ArgumentParser would not see, or would blame on something else.
  struct Mistake: Error {
    let sentence: String
    /// The subcommand; nil: none was recognised.
    let command: (any ParsableCommand.Type)?

    /// Says it as ArgumentParser says its own errors, and ends the program.
    func exit() -> Never {
      let usage = command.map { ConvAudioCommand.usageString(for: $0) } ?? ConvAudioCommand.usageString()
      let name = ["convaudio", command?.configuration.commandName].compactMap { $0 }.joined(separator: " ")
      writeToStandardError(
        "Error: \(withoutControls(sentence))\nUsage: \(usage)\n  See '\(name) --help' for more information.\n")
      ConvAudioCommand.exit(withError: ExitCode.validationFailure)
    }
  }

  /// The options of the subcommand, by their long names without dashes, in the order in which they were typed. Empty
  /// while there is nothing to scan, such as in tests that parse by themselves.
  @TaskLocal static var order: [String] = []

  /// The long names of the options in their order.
  private(set) var order: [String] = []
  /// What ArgumentParser is to read: every option has its value, also where it may be left out.
  private(set) var arguments: [String]

  /// Options whose value may be left out, which ArgumentParser does not know, and what they mean then.
  private static let defaults = ["normalize": LevelOptions.defaultPeak]

  /// Reads the arguments after the program's name.
  init(_ arguments: [String]) throws(Mistake) {
    self.arguments = arguments
    var rest = arguments[...]
    if rest.first == "help" { rest.removeFirst() }
    guard let name = rest.first, !name.hasPrefix("-") else { return }
    let commands = ConvAudioCommand.configuration.subcommands
    guard let command = commands.first(where: { $0.configuration.commandName == name }) else {
      let names = commands.compactMap { $0.configuration.commandName }
      let meant = nearest(to: name, among: names).map { "; did you mean \($0)?" }
      throw Mistake(
        sentence: "\(name) is not a command" + (meant ?? ", expected one of \(names.joined(separator: ", "))."),
        command: nil)
    }
    if arguments.first == "help" { return }
    try scan(rest.dropFirst(), Options(of: command), command)
  }

  private mutating func scan(
    _ arguments: ArraySlice<String>, _ options: Options, _ command: any ParsableCommand.Type
  ) throws(Mistake) {
    var counts: [String: Int] = [:]
    var index = arguments.startIndex
    var inserted: [(place: Int, text: String)] = []
    defer { for (place, text) in inserted { self.arguments[place] = text } }
    while index < arguments.endIndex, arguments[index] != "--" {
      let argument = arguments[index]
      index += 1
      guard argument.hasPrefix("-"), argument != "-" else { continue }
      let typed = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let option = options.byName[String(typed[0])] else {
        if let sentence = options.complaint(about: String(typed[0])) { throw Mistake(sentence: sentence, command: command) }
        continue
      }
      order.append(option.name)
      counts[option.name, default: 0] += 1
      guard option.takesValue else { continue }
      if !option.repeats, counts[option.name, default: 0] > 1 {
        throw Mistake(sentence: "--\(option.name) is given twice, and can be given once.", command: command)
      }
      if typed.count > 1 { continue }
      if let value = Self.defaults[option.name],
        index == arguments.endIndex || Decibels(argument: arguments[index]) == nil
      {
        inserted.append((index - 1, "\(argument)=\(value)"))
        continue
      }
      if option.takesAnything {
        index += 1
      } else {
        func isValue(_ index: Int) -> Bool {
          index < arguments.endIndex && (arguments[index] == "-" || !arguments[index].hasPrefix("-"))
        }
        if isValue(index) { index += 1 }
        while option.takesMany, isValue(index) { index += 1 }
      }
    }
  }
}

/// The options of a subcommand.
private struct Options {
  struct Option {
    let name: String
    let takesValue: Bool
    let repeats: Bool
    /// Whether its value may begin with a dash.
    let takesAnything: Bool
    let takesMany: Bool
  }

  /// By every name with its dashes.
  private(set) var byName: [String: Option] = [:]
  private var longNames: [String] = []

  init(of command: any ParsableCommand.Type) {
    // ArgumentParser's own description of a command, which it keeps stable for other programs.
    guard let tool = try? JSONDecoder().decode(Tool.self, from: Data(command._dumpHelp().utf8)) else { return }
    for argument in tool.command.arguments ?? [] where argument.kind != "positional" {
      let names = argument.names ?? []
      guard let long = names.first(where: { $0.kind == "long" })?.name else { continue }
      let option = Option(
        name: long, takesValue: argument.kind == "option", repeats: argument.isRepeating,
        takesAnything: argument.parsingStrategy == "unconditional",
        takesMany: argument.parsingStrategy == "upToNextOption")
      for name in names { byName[(name.kind == "long" ? "--" : "-") + name.name] = option }
      longNames.append("--" + long)
    }
  }

  /// What is wrong with an argument that is no option of the command; nil: ArgumentParser knows better.
  func complaint(about argument: String) -> String? {
    let letters = argument.drop { $0 == "-" }
    let isBuiltIn = [
      "--help", "--help-hidden", "--version", "--generate-completion-script", "--experimental-dump-help",
    ].contains(argument)
    guard !longNames.isEmpty, letters.count > 1, letters.first?.isLetter == true, !isBuiltIn else { return nil }
    let meant = nearest(to: "--" + letters, among: longNames)
    return "Unknown option '\(argument)'" + (meant.map { "; did you mean \($0)?" } ?? "")
  }
}

private struct Tool: Decodable {
  struct Command: Decodable { let arguments: [Argument]? }
  struct Argument: Decodable {
    struct Name: Decodable { let kind, name: String }
    let kind: String
    let isRepeating: Bool
    let parsingStrategy: String
    let names: [Name]?
  }
  let command: Command
}
