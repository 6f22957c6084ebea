import Foundation
import Testing

@testable import ArrayFiles

@Suite("Series from text")
struct SeriesReaderTests {
  private func read(_ text: String, _ format: SeriesFormat, labelsFirst: Bool = true, piece: Int = 7) throws
    -> [LabelledSeries]
  {
    var rest = Array(text.utf8)[...]
    let reader = SeriesReader(name: "x", format: format, labelsFirst: labelsFirst) { buffer in
      let part = rest.prefix(min(piece, buffer.count))
      rest = rest.dropFirst(part.count)
      buffer.copyBytes(from: part)
      return part.count
    }
    var all: [LabelledSeries] = []
    while let series = try reader.next() { all.append(series) }
    return all
  }

  @Test("the UCR layout: the label first, tabs, commas or spaces, NaN at the end for shorter series")
  func ucr() throws {
    let expected = [
      LabelledSeries(label: "1", channels: [[0.5, -2, 3]]), LabelledSeries(label: "b", channels: [[4, 5]]),
    ]
    #expect(try read("1\t0.5\t-2\t3\nb\t4\t5\tNaN\n", .lines) == expected)
    #expect(try read("1,0.5,-2,3\r\nb,4,5,\n\n", .lines, piece: 1) == expected)
    #expect(try read("  1   0.5  -2 3\n b 4 5 nan", .lines) == expected)
    #expect(try read("label,t0,t1,t2\n1,0.5,-2,3\nb,4,5,\n", .lines) == expected)
    #expect(try read("1,2\n3,4\n", .lines, labelsFirst: false).map(\.channels) == [[[1, 2]], [[3, 4]]])
    let middle = try read("1,2,?,4\n", .lines)[0].channels[0]
    #expect(middle[0] == 2 && middle[1].isNaN && middle[2] == 4)
  }

  private static let header =
    "#c\n%#d\n@problemName X\n@timeStamps false\n@univariate false \n@equalLength True\n@classLabel true a b\n@data\n"

  @Test(".ts files: channels between colons, the label last, whatever the case of keywords")
  func ts() throws {
    let expected = [
      LabelledSeries(label: "a", channels: [[1, 2], [3, 4]]), LabelledSeries(label: "b", channels: [[5, 6], [7, 8]]),
    ]
    #expect(try read(Self.header + "1,2:3,4:a\n5,6:7,8: b \n", .ts) == expected)
    #expect(try read("@TARGETLABEL false\n@DATA\n1,2,3\n4,5\n", .ts).map(\.channels) == [[[1, 2, 3]], [[4, 5]]])
    #expect(try read("@classLabel true x\n@data\n?,2:x\n", .ts)[0].channels[0][0].isNaN)
    #expect(try read(Self.header, .ts).isEmpty)
  }

  @Test("time stamps, which may contain the separator of channels, are ignored")
  func timeStamps() throws {
    let text =
      "@timeStamps True\n@classLabel true a\n@data\n(2007-01-01 00:00:00,1.5),(2007-01-01 00:01:00,?):(0,3),(1,4):a\n"
    let series = try read(text, .ts)
    #expect(series.count == 1 && series[0].label == "a" && series[0].channels[1] == [3, 4])
    #expect(series[0].channels[0][0] == 1.5 && series[0].channels[0][1].isNaN)
  }

  @Test("labels are read one per line, with any spaces and line ends")
  func labels() throws {
    let path = "\(FileManager.default.temporaryDirectory.path)/labels-\(UUID()).txt"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "a\r\n b c \n\n3\n\n".write(toFile: path, atomically: true, encoding: .utf8)
    let reader = try LabelReader(contentsOf: path)
    #expect(
      [try reader.next(), try reader.next(), try reader.next(), try reader.next()] == [
        "a", "b c", "3", nil,
      ])
    #expect(throws: LabelError.self) { _ = try LabelReader(contentsOf: "y.npy") }
  }

  @Test(
    "errors name the line",
    arguments: [
      (SeriesFormat.lines, "1,2,3\n1,2\n", "line 2"), (.lines, "1,2,3\n1,x,3\n", "line 2, column 2"),
      (.lines, "", "x: expected"),
      (.lines, "1\n", "line 1"), (.lines, "1,2\n1,1e60\n", "line 2, column 2"),
      (.ts, "1,2:a\n", "line 1"),
      (.ts, "@timeStamps maybe\n", "line 1"), (.ts, "@timeStamps true\n@data\n(0,1),2\n", "line 3"),
      (.ts, "@dimensions 0\n", "line 1"), (.ts, "@univariate maybe\n", "line 1"),
      (.ts, "@univariate true\n@classLabel true a\n@data\n1:2:a\n", "line 4"),
      (.ts, "@classLabel true a b\n@data\n1,2:c\n", "line 3"), (.ts, "@classLabel true\n@data\n1,2\n", "line 3"),
      (.ts, "@equalLength true\n@data\n1,2\n1\n", "line 4"), (.ts, "@data\n1,2:3\n", "line 2"),
      (.ts, "", "x: expected"),
    ])
  func errors(_ format: SeriesFormat, _ text: String, _ place: String) {
    let error = #expect(throws: RowError.self, "\(text)") { _ = try read(text, format) }
    #expect(error?.description.contains(place) == true, "\(error?.description ?? "")")
  }

  @Test("no text crashes: changed bytes give series or an error")
  func mutations() {
    var state: UInt64 = 1
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let texts = [(SeriesFormat.ts, Self.header + "1,2:3,4:a\n5,6:7,8:b\n"), (.lines, "1\t2\t3\n2\t3\tNaN\n")]
    for (format, text) in texts {
      for _ in 0..<3000 {
        var bytes = Array(text.utf8)
        for _ in 0..<(1 + random(4)) {
          let place = random(bytes.count)
          switch random(3) {
          case 0: bytes[place] = UInt8(random(256))
          case 1: bytes.remove(at: place)
          default: bytes.insert(UInt8(random(256)), at: place)
          }
        }
        _ = try? read(String(decoding: bytes, as: UTF8.self), format, piece: 64)
      }
    }
  }
}
