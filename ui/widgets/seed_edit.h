// SPDX-License-Identifier: GPL-3.0-or-later
// Edits a seed: any whole number of 64 bits, which QSpinBox cannot hold.
#pragma once

#include <QAbstractSpinBox>

#include <cstdint>

namespace diffuscope::ui {

class SeedEdit : public QAbstractSpinBox
{
    Q_OBJECT

public:
    explicit SeedEdit(QWidget* parent = nullptr);

    std::uint64_t seed() const { return m_seed; }
    /// Shows a seed; signals nothing.
    void setSeed(std::uint64_t seed);

    QValidator::State validate(QString& text, int& position) const override;
    void stepBy(int steps) override;

Q_SIGNALS:
    void seedEdited(std::uint64_t seed);

protected:
    StepEnabled stepEnabled() const override;

private:
    void edit(std::uint64_t seed);

    std::uint64_t m_seed = 0;
};

}  // namespace diffuscope::ui
