// SPDX-License-Identifier: GPL-3.0-or-later
// From markup to boxes.
#include "ui/equation/formula_boxes.h"

namespace diffuscope::ui {

namespace {

using boxes::BoxPtr;

class Parser
{
public:
    explicit Parser(const QString& markup) : m_text(markup) {}

    /// The whole markup: as a row, but upright words may stand on different lines.
    FormulaBoxes all()
    {
        FormulaBoxes content;
        const QString words = QStringLiteral("\\rm{");
        while (m_at < m_text.size() && m_text[m_at] != u'}') {
            if (!QStringView(m_text).mid(m_at).startsWith(words)) {
                content.push_back(scripted(atom(false)));
                continue;
            }
            m_at += words.size();
            while (m_at < m_text.size() && m_text[m_at] != u'}')
                content.push_back(word());
            ++m_at;
        }
        return content;
    }

    FormulaBoxes row(bool upright = false)
    {
        FormulaBoxes content;
        while (m_at < m_text.size() && m_text[m_at] != u'}')
            content.push_back(scripted(atom(upright)));
        return content;
    }

private:
    BoxPtr group(bool upright = false, std::optional<record::Layer> layer = {})
    {
        if (m_at < m_text.size() && m_text[m_at] == u'{')
            ++m_at;
        FormulaBoxes content = row(upright);
        if (m_at < m_text.size())
            ++m_at;
        return boxes::row(std::move(content), layer);
    }

    BoxPtr atom(bool upright)
    {
        const QChar c = m_text[m_at];
        if (c == u'\\')
            return command();
        if (c == u'{')
            return group(upright);
        if (!upright && c == u' ')
            return gapOrOperator();
        if (upright)
            return run([](QChar letter) { return letter != u'}' && letter != u'\\' && letter != u'{'; },
                       false);
        if (c.isLetter() && c != u'∑' && c != u'∫' && c != u'ℓ')
            return run([](QChar letter) { return letter.isLetter(); }, true, 1);
        if (c.isDigit())
            return run(
                [](QChar digit) {
                    return digit.isDigit() || digit == u'.' || digit == u',' || digit == u'·' ||
                           digit == u'\u202f' || digit == u'\u00a0';
                },
                false);
        ++m_at;
        return boxes::text(QString(c), false);
    }

    BoxPtr word()
    {
        if (m_text[m_at] == u' ') {
            ++m_at;
            return boxes::wordGap();
        }
        return run([](QChar letter) { return letter != u' ' && letter != u'}'; }, false);
    }

    template <typename Belongs>
    BoxPtr run(const Belongs& belongs, bool italic, int most = 1 << 20)
    {
        const qsizetype first = m_at;
        while (m_at < m_text.size() && m_at - first < most && belongs(m_text[m_at]))
            ++m_at;
        return boxes::text(m_text.mid(first, m_at - first), italic);
    }

    BoxPtr gapOrOperator()
    {
        static const QString signs = QStringLiteral("+−=≈→<");
        const bool isOperator =
            m_at + 2 < m_text.size() && signs.contains(m_text[m_at + 1]) && m_text[m_at + 2] == u' ';
        if (!isOperator) {
            ++m_at;
            return boxes::gap();
        }
        const QString sign(m_text[m_at + 1]);
        m_at += 3;
        return boxes::operatorSign(sign);
    }

    BoxPtr command()
    {
        const qsizetype first = ++m_at;
        while (m_at < m_text.size() && m_text[m_at].isLetter())
            ++m_at;
        const QStringView name = QStringView(m_text).mid(first, m_at - first);
        if (name == u"frac") {
            BoxPtr above = group();
            return boxes::fraction(std::move(above), group());
        }
        if (name == u"sqrt")
            return boxes::root(group());
        if (name == u"hat")
            return boxes::accent(group(), QChar(0x0302));
        if (name == u"bar")
            return boxes::accent(group(), QChar(0x0304));
        if (name == u"tilde")
            return boxes::accent(group(), QChar(0x0303));
        if (name == u"rm")
            return group(true);
        if (name == u"xt")
            return group(false, record::Layer::xt);
        if (name == u"xo")
            return group(false, record::Layer::x0Hat);
        if (name == u"ep")
            return group(false, record::Layer::epsHat);
        if (name == u"nz")
            return group(false, record::Layer::noise);
        return boxes::text(m_text.mid(first - 1, m_at - first + 1), false);
    }

    BoxPtr scripted(BoxPtr base)
    {
        BoxPtr below;
        BoxPtr above;
        while (m_at + 1 < m_text.size() && (m_text[m_at] == u'_' || m_text[m_at] == u'^') &&
               m_text[m_at + 1] == u'{') {
            BoxPtr& script = m_text[m_at] == u'_' ? below : above;
            ++m_at;
            script = group();
        }
        if (!below && !above)
            return base;
        return boxes::scripts(std::move(base), std::move(below), std::move(above));
    }

    QString m_text;
    qsizetype m_at = 0;
};

}  // namespace

FormulaBoxes parseFormula(const QString& markup)
{
    return Parser(markup).all();
}

}  // namespace diffuscope::ui
