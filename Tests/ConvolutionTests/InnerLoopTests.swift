#if os(Linux) && arch(x86_64)
  import Foundation
  import TestSupport
  import Testing

  /// The machine code of the kernels' inner loops. A compiler that runs out of registers keeps an accumulator on the stack, and
  /// the loop runs at half its speed while every other test passes.
  @Suite("Inner loops")
  struct InnerLoopTests {
    /// These hold more vectors at once than there are registers: gates, activations side by side, 16 points of a transform.
    private let larger = /cck_(lstm|finish|activate_vectors|split|join)_.*/

    @Test("no loop of multiply-adds keeps a vector on the stack", .enabled(if: canDisassemble, "optimised, with binutils"))
    func spills() throws {
      let kernels = try Disassembly(of: CommandLine.executable) { $0.wholeMatch(of: /cck_.*_(avx2|avx512)/) != nil }
      var loops = 0
      for function in kernels.functions where function.name.wholeMatch(of: larger) == nil {
        for loop in function.innermostLoops where loop.filter(Self.isMultiplyAdd).count >= 2 {
          loops += 1
          let stack = loop.filter(Self.touchesStack)
          #expect(stack.isEmpty, "\(function.name):\n\(loop.joined(separator: "\n"))")
        }
      }
      // All tiles of both instruction sets: fewer means that the names or the form of the listing have changed.
      #expect(loops > 200)
    }

    @Test("a vector on the stack is found in a listing, a pointer there is not")
    func listing() throws {
      let text = """
        0000000000001000 <cck_sums_4x3_avx2>:
            1000:\tvmovaps %ymm0,0x20(%rsp)
            1006:\tvbroadcastss (%rcx),%ymm4
            100b:\tvfmadd231ps %ymm1,%ymm4,%ymm0
            1010:\tmov    0x8(%rsp),%rax
            1014:\tjne    1006 <cck_sums_4x3_avx2+0x6>
            1016:\tvmovaps 0x20(%rsp),%ymm0
            101c:\tvfmadd231ps 0x40(%rsp),%ymm4,%ymm0
            1022:\tjne    1016 <cck_sums_4x3_avx2+0x16>
            1024:\tjmp    1006 <cck_sums_4x3_avx2+0x6>
        """
      let functions = Disassembly(listing: text).functions
      #expect(functions.map(\.name) == ["cck_sums_4x3_avx2"])
      let loops = functions[0].innermostLoops
      #expect(loops.map(\.count) == [4, 3])
      #expect(loops.map { $0.filter(Self.touchesStack).count } == [0, 2])
    }

    private static func isMultiplyAdd(_ instruction: String) -> Bool { instruction.hasPrefix("vfmadd") }

    private static func touchesStack(_ instruction: String) -> Bool {
      instruction.contains("mm") && instruction.contains(/\(%rsp|-0x[0-9a-f]+\(%rbp/)
    }

    static let canDisassemble = Thoroughness.isOptimised && (try? Disassembly.run("objdump", "--version")) != nil
  }

  /// Functions of a program as `objdump` lists them.
  private struct Disassembly {
    struct Function {
      let name: String
      fileprivate var instructions: [(address: Int, text: String)] = []

      /// The instructions of every loop that holds no other: from the target of a jump back to the jump.
      var innermostLoops: [[String]] {
        let places = Dictionary(uniqueKeysWithValues: instructions.enumerated().map { ($1.address, $0) })
        let loops = instructions.enumerated().compactMap { end, instruction -> ClosedRange<Int>? in
          guard instruction.text.hasPrefix("j"),
            let target = instruction.text.split(separator: " ", maxSplits: 2).dropFirst().first,
            let start = Int(target, radix: 16).flatMap({ places[$0] }), start <= end
          else { return nil }
          return start...end
        }
        return loops.filter { loop in !loops.contains { $0 != loop && loop.contains($0) } }
          .map { instructions[$0].map(\.text) }
      }
    }

    private(set) var functions: [Function] = []

    init(listing: String) {
      for line in listing.split(separator: "\n") {
        // "0000000000001000 <name>:", and "  1000:\tvmovaps %ymm0,0x20(%rsp)".
        let parts = line.split(separator: "\t", maxSplits: 1)
        if parts.count == 2, let address = Int(parts[0].dropLast().drop { $0 == " " }, radix: 16), !functions.isEmpty {
          functions[functions.count - 1].instructions.append((address, String(parts[1])))
        } else if line.hasSuffix(">:"), let start = line.firstIndex(of: "<") {
          functions.append(Function(name: String(line[line.index(after: start)...].dropLast(2))))
        }
      }
    }

    /// The functions of a program whose names are `wanted`, and those between them.
    init(of program: String, wanted: (String) -> Bool) throws {
      let symbols = try Self.run("nm", program).split(separator: "\n").compactMap { line -> Int? in
        let words = line.split(separator: " ")
        guard words.count == 3, words[1].lowercased() == "t", wanted(String(words[2])) else { return nil }
        return Int(words[0], radix: 16)
      }
      let (first, last) = (try #require(symbols.min()), try #require(symbols.max()))
      self.init(
        listing: try Self.run(
          "objdump", "-d", "--no-show-raw-insn", "--start-address=\(first)", "--stop-address=\(last + 0x8000)", program))
    }

    static func run(_ words: String...) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = words
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  extension CommandLine {
    /// The program that runs the tests.
    fileprivate static var executable: String {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments[0]
    }
  }
#endif
