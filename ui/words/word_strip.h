// SPDX-License-Identifier: GPL-3.0-or-later
// Words by steps: how much of the attention each word gets in each step, as one row of cells a word.
#pragma once

#include <QStringList>
#include <QWidget>

#include <vector>

namespace diffuscope::ui {

/// What a WordStrip shows.
struct WordTable
{
    QStringList words;
    int secondBegins = -1;  ///< the first word of a second prompt; −1 for none
    int steps = 0;
    std::vector<float> shares;  ///< [words, steps], 0 … 1; negative where a share is not known yet
    float top = 0;              ///< the share of the full colour

    float share(int word, int step) const
    {
        return shares[std::size_t(word) * std::size_t(steps) + std::size_t(step)];
    }
    bool operator==(const WordTable&) const = default;
};

/// Hovering tells of a cell, clicking chooses its word and goes to its step; ↑ and ↓ choose a word.
class WordStrip : public QWidget
{
    Q_OBJECT

public:
    explicit WordStrip(QWidget* parent = nullptr);

    void setTable(const WordTable& table);
    const WordTable& table() const { return m_table; }
    void setStep(int step);
    void setChosen(int word);
    int chosen() const { return m_chosen; }

    /// The area of a cell; step −1 is the word itself.
    QRect cellRect(int word, int step) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void wordChosen(int word);
    void stepChosen(int step);
    /// Step −1 on the word itself.
    void cellHovered(int word, int step);
    void left();
    /// Return on the chosen word.
    void activated();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Cell
    {
        int word = -1;
        int step = -1;
        bool operator==(const Cell&) const = default;
    };

    int rowHeight() const;
    int leastRowHeight() const;
    int axisHeight() const;
    int labelWidth() const;
    int stepEdge(int step) const;
    Cell cellAt(QPoint position) const;
    void describe();
    void paintRow(QPainter& painter, int word) const;
    void paintAxis(QPainter& painter) const;
    QString cellText(const Cell& cell) const;

    WordTable m_table;
    int m_step = -1;
    int m_chosen = -1;
    Cell m_hovered;
};

}  // namespace diffuscope::ui
