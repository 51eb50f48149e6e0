// SPDX-License-Identifier: GPL-3.0-or-later
// The errors of samplers over the network evaluations that they cost, both axes logarithmic.
#pragma once

#include <QImage>
#include <QString>
#include <QWidget>

#include <vector>

class QCPTextElement;
class QCustomPlot;
class QLabel;

namespace diffuscope::ui {

struct ErrorSeries
{
    struct Point
    {
        int evaluations = 0;
        double error = 0;
    };

    QString name;
    std::vector<Point> points{};
};

/// A line a series; before there is one, a sentence that says what to do.
class ErrorPlot : public QWidget
{
    Q_OBJECT

public:
    explicit ErrorPlot(QWidget* parent = nullptr);

    /// `title` says what all of them have in common.
    void setSeries(const QString& title, std::vector<ErrorSeries> series);
    /// In the light colours.
    QImage picture() const;

private:
    void buildPlot();
    void plotAgain();

    std::vector<ErrorSeries> m_series;
    QCustomPlot* m_plot = nullptr;
    QCPTextElement* m_title = nullptr;
    QLabel* m_empty = nullptr;
};

}  // namespace diffuscope::ui
