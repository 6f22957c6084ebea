import ConvAudioKit
import Synchronization
import TestSupport
import Testing

/// What outputs are called, and processors that files share.
@Suite("Batches of models")
struct ModelBatchTests {
  @Test("templates are filled in once, in the folder of the input or another")
  func names() {
    func name(_ template: String, _ input: String, in folder: String? = nil, _ container: AudioContainer? = nil)
      -> String
    {
      OutputNaming(template: template, folder: folder, container: container).path(for: input, through: "amp")
    }
    let plain = OutputNaming.defaultTemplate
    #expect(name(plain, "a/di.wav") == "a/di.amp.wav")
    #expect(name(plain, "a/di.wav", in: "out") == "out/di.amp.wav")
    #expect(name(plain, "a/di.wav", in: "out/", .flac) == "out/di.amp.flac")
    #expect(name(plain, "notes.txt") == "notes.amp.wav")
    #expect(name(plain, "-") == "-")
    #expect(name(plain, "-", in: "out") == "out/stdin.amp.wav")
    #expect(name("{model}/{input}-x.flac", "a/di.wav") == "a/amp/di-x.flac")
    #expect(name("{input}", "{model}.wav") == "{model}")
    #expect(
      OutputNaming(template: "{model}/{input}.wav", folder: "out").path(for: "di.wav", through: "..") == "out/_/di.wav")
    #expect(OutputNaming.strangePlaceholder(in: "{input}-{model}.{extension}") == nil)
    #expect(OutputNaming.strangePlaceholder(in: "{input}-{amp}.wav") == "{amp}")
    #expect(OutputNaming.strangePlaceholder(in: "{input}-{") == "{")
  }

  @Test("a processor is made once for its files, and made again for the next batch")
  func shared() throws {
    let folder = try AudioFolder()
    for name in ["a.wav", "b.wav"] { try folder.write(name, [Signals.noise(frames: 100)], rate: 48_000) }
    let made = Mutex(0)
    let shared = SharedFileProcessor(name: "nothing") {
      made.withLock { $0 += 1 }
      return FileProcessor(preset: Chain(name: "nothing"))
    }
    #expect(made.withLock { $0 } == 0)
    func files(_ ending: String) -> [BatchFile] {
      ["a.wav", "b.wav"].map {
        BatchFile(input: folder.path($0), output: folder.path($0 + ending), processor: shared)
      }
    }
    for (count, ending) in [".1.wav", ".2.wav"].enumerated() {
      let results = try BatchRun(files(ending), jobs: 2).run()
      #expect(results.allSatisfy { if case .processed = $0.outcome { $0.chain == "nothing" } else { false } })
      #expect(made.withLock { $0 } == count + 1)
    }
    let skipped = try BatchRun(files(".1.wav"), jobs: 1, skipsExisting: true).run()
    #expect(skipped.allSatisfy { if case .skipped = $0.outcome { true } else { false } })
    #expect(made.withLock { $0 } == 2, "nothing is made for files that are skipped")
  }
}
