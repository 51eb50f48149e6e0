// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/bitmap_font.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace diffuscope::exports {
namespace {

// Rows of each character from ' ' on, the highest first, parted by blanks; rows that are left out are empty.
// clang-format off
constexpr std::string_view glyphTable[] = {
    "...",                                                      // blank
    "# # # # # . #",                                            // !
    "#.# #.#",                                                  // "
    ".#.#. .#.#. ##### .#.#. ##### .#.#. .#.#.",                // #
    "..#.. .#### #.#.. .###. ..#.# ####. ..#..",                // $
    "##..# ##..# ...#. ..#.. .#... #..## #..##",                // %
    ".##.. #..#. #.#.. .#... #.#.# #..#. .##.#",                // &
    "# #",                                                      // '
    "..# .#. #.. #.. #.. .#. ..#",                              // (
    "#.. .#. ..# ..# ..# .#. #..",                              // )
    "..... ..#.. #.#.# .###. #.#.# ..#..",                      // *
    "..... ..#.. ..#.. ##### ..#.. ..#..",                      // +
    ".. .. .. .. .. .# .# #.",                                  // ,
    ".... .... .... ####",                                      // -
    ". . . . . . #",                                            // .
    "....# ....# ...#. ..#.. .#... #.... #....",                // /
    ".###. #...# #..## #.#.# ##..# #...# .###.",                // 0
    ".#. ##. .#. .#. .#. .#. ###",                              // 1
    ".###. #...# ....# ...#. ..#.. .#... #####",                // 2
    ".###. #...# ....# ..##. ....# #...# .###.",                // 3
    "...#. ..##. .#.#. #..#. ##### ...#. ...#.",                // 4
    "##### #.... ####. ....# ....# #...# .###.",                // 5
    "..##. .#... #.... ####. #...# #...# .###.",                // 6
    "##### ....# ...#. ..#.. .#... .#... .#...",                // 7
    ".###. #...# #...# .###. #...# #...# .###.",                // 8
    ".###. #...# #...# .#### ....# ...#. .##..",                // 9
    ". . # . . . #",                                            // :
    ".. .. .# .. .. .# .# #.",                                  // ;
    "...# ..#. .#.. #... .#.. ..#. ...#",                       // <
    ".... .... #### .... ####",                                 // =
    "#... .#.. ..#. ...# ..#. .#.. #...",                       // >
    ".###. #...# ....# ...#. ..#.. ..... ..#..",                // ?
    ".###. #...# #.### #.#.# #.### #.... .###.",                // @
    ".###. #...# #...# ##### #...# #...# #...#",                // A
    "####. #...# #...# ####. #...# #...# ####.",                // B
    ".###. #...# #.... #.... #.... #...# .###.",                // C
    "####. #...# #...# #...# #...# #...# ####.",                // D
    "##### #.... #.... ####. #.... #.... #####",                // E
    "##### #.... #.... ####. #.... #.... #....",                // F
    ".###. #...# #.... #.### #...# #...# .###.",                // G
    "#...# #...# #...# ##### #...# #...# #...#",                // H
    "### .#. .#. .#. .#. .#. ###",                              // I
    "..### ...#. ...#. ...#. ...#. #..#. .##..",                // J
    "#...# #..#. #.#.. ##... #.#.. #..#. #...#",                // K
    "#.... #.... #.... #.... #.... #.... #####",                // L
    "#...# ##.## #.#.# #.#.# #...# #...# #...#",                // M
    "#...# ##..# #.#.# #..## #...# #...# #...#",                // N
    ".###. #...# #...# #...# #...# #...# .###.",                // O
    "####. #...# #...# ####. #.... #.... #....",                // P
    ".###. #...# #...# #...# #.#.# #..#. .##.#",                // Q
    "####. #...# #...# ####. #.#.. #..#. #...#",                // R
    ".#### #.... #.... .###. ....# ....# ####.",                // S
    "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",                // T
    "#...# #...# #...# #...# #...# #...# .###.",                // U
    "#...# #...# #...# #...# #...# .#.#. ..#..",                // V
    "#...# #...# #...# #.#.# #.#.# ##.## #...#",                // W
    "#...# #...# .#.#. ..#.. .#.#. #...# #...#",                // X
    "#...# #...# .#.#. ..#.. ..#.. ..#.. ..#..",                // Y
    "##### ....# ...#. ..#.. .#... #.... #####",                // Z
    "### #.. #.. #.. #.. #.. ###",                              // [
    "#.... #.... .#... ..#.. ...#. ....# ....#",                // backslash
    "### ..# ..# ..# ..# ..# ###",                              // ]
    "..#.. .#.#. #...#",                                        // ^
    "..... ..... ..... ..... ..... ..... ..... #####",          // _
    "#. .#",                                                    // `
    "..... ..... .###. ....# .#### #...# .####",                // a
    "#.... #.... ####. #...# #...# #...# ####.",                // b
    ".... .... .### #... #... #... .###",                       // c
    "....# ....# .#### #...# #...# #...# .####",                // d
    "..... ..... .###. #...# ##### #.... .###.",                // e
    "..## .#.. #### .#.. .#.. .#.. .#..",                       // f
    "..... ..... .#### #...# #...# #...# .#### ....# .###.",    // g
    "#.... #.... ####. #...# #...# #...# #...#",                // h
    "# . # # # # #",                                            // i
    "..# ... ..# ..# ..# ..# ..# ..# ##.",                      // j
    "#... #... #..# #.#. ##.. #.#. #..#",                       // k
    "#. #. #. #. #. #. .#",                                     // l
    "..... ..... ##.#. #.#.# #.#.# #.#.# #.#.#",                // m
    "..... ..... ####. #...# #...# #...# #...#",                // n
    "..... ..... .###. #...# #...# #...# .###.",                // o
    "..... ..... ####. #...# #...# #...# ####. #.... #....",    // p
    "..... ..... .#### #...# #...# #...# .#### ....# ....#",    // q
    ".... .... #.## ##.. #... #... #...",                       // r
    "..... ..... .#### #.... .###. ....# ####.",                // s
    ".#.. .#.. #### .#.. .#.. .#.. ..##",                       // t
    "..... ..... #...# #...# #...# #...# .####",                // u
    "..... ..... #...# #...# #...# .#.#. ..#..",                // v
    "..... ..... #...# #...# #.#.# #.#.# .#.#.",                // w
    "..... ..... #...# .#.#. ..#.. .#.#. #...#",                // x
    "..... ..... #...# #...# #...# #...# .#### ....# .###.",    // y
    "..... ..... ##### ...#. ..#.. .#... #####",                // z
    "..# .#. .#. #.. .#. .#. ..#",                              // {
    "# # # # # # #",                                            // |
    "#.. .#. .#. ..# .#. .#. #..",                              // }
    "..... ..... .#... #.#.# ...#.",                            // ~
};
// clang-format on
constexpr std::string_view box = "##### #...# #...# #...# #...# #...# #####";
constexpr char firstCharacter = ' ';
constexpr int gap = 1;

// All rows of a glyph are of one width, and no glyph is higher than a line.
constexpr bool isWellDrawn(std::string_view glyph)
{
    const std::size_t width = glyph.find(' ') == glyph.npos ? glyph.size() : glyph.find(' ');
    int rows = 1;
    std::size_t column = 0;
    for (const char mark : glyph) {
        const bool rowEnds = mark == ' ';
        if (rowEnds ? column != width : mark != '#' && mark != '.')
            return false;
        column = rowEnds ? 0 : column + 1;
        rows += rowEnds ? 1 : 0;
    }
    return column == width && rows <= fontHeight;
}
static_assert(std::ranges::all_of(glyphTable, isWellDrawn) && isWellDrawn(box));
static_assert(std::size(glyphTable) == std::size_t('~' - firstCharacter + 1));

std::string_view glyphOf(char character)
{
    const std::size_t index = static_cast<unsigned char>(character) - std::size_t(firstCharacter);
    return index < std::size(glyphTable) ? glyphTable[index] : box;
}

int widthOf(std::string_view glyph)
{
    return int(glyph.substr(0, glyph.find(' ')).size());
}

// One glyph a character; dashes of all lengths are one.
std::vector<std::string_view> glyphsOf(const std::string& text)
{
    std::vector<std::string_view> glyphs;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool continues = (byte & 0xC0) == 0x80;
        const bool isDash = text.compare(i, 3, "\u2013") == 0 || text.compare(i, 3, "\u2014") == 0;
        if (!continues)
            glyphs.push_back(isDash ? glyphOf('-') : glyphOf(text[i]));
    }
    return glyphs;
}

}  // namespace

int textWidth(const std::string& text)
{
    int width = 0;
    for (const auto glyph : glyphsOf(text))
        width += widthOf(glyph) + gap;
    return width > 0 ? width - gap : 0;
}

void forEachDot(const std::string& text, const std::function<void(int x, int y)>& dot)
{
    int left = 0;
    for (const auto glyph : glyphsOf(text)) {
        int x = 0, y = 0;
        for (const char mark : glyph) {
            if (mark == '#')
                dot(left + x, y);
            x = mark == ' ' ? 0 : x + 1;
            y += mark == ' ' ? 1 : 0;
        }
        left += widthOf(glyph) + gap;
    }
}

}  // namespace diffuscope::exports
